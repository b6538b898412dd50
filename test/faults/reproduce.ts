import { deepStrictEqual } from 'node:assert';
import type { PhaseRecord } from './livingRun.ts';
import type { FaultPlan } from './plan.ts';
import { outcome, Rig } from './rig.ts';

/**
 * Lives a life without faults and one under a plan, on the cluster that KUBECONFIG names, and says of each phase whether
 * it came to the same. Returns whether all did.
 * @param log where to append what the controller asked for under the plan
 */
export async function reproduce(plan: FaultPlan, log?: string): Promise<boolean> {
  const rig = new Rig();
  try {
    console.log('== a life without faults');
    await rig.start();
    console.log(`== ${plan.title ?? 'a life under the plan'}`);
    const { records } = await rig.live(plan);
    if (log !== undefined) rig.operator.proxy.log.save(log);
    const differences = records.map((record, i) => difference(record, rig.reference[i]));
    records.forEach(({ phase, seconds, writes }, i) => {
      console.log(`${phase}: ${seconds} s, ${writes.length} writes, ${differences[i] ?? 'the same as without faults'}`);
    });
    for (const fault of rig.operator.proxy.struck()) console.log(`struck: ${JSON.stringify(fault)}`);
    console.log(`killed ${rig.operator.kills} times, ended by itself ${rig.operator.exits.length} times`);
    return differences.every((text) => text === undefined);
  } finally {
    await rig.stop();
  }
}

/** What is not as without faults, in words; undefined where nothing is. */
function difference(record: PhaseRecord, reference: PhaseRecord | undefined): string | undefined {
  try {
    deepStrictEqual(outcome(record), reference === undefined ? undefined : outcome(reference));
    return undefined;
  } catch (error) {
    return `NOT the same as without faults:\n${(error as Error).message}`;
  }
}

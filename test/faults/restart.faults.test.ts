import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Component, type Components, ownComponents } from '../cluster/local/components.ts';
import { compact } from '../cluster/local/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { convergenceMs } from './livingRun.ts';
import type { FaultPlan } from './plan.ts';
import { outcome, Rig, startMs } from './rig.ts';

/** The parts of a kind cluster are containers, which cannot be restarted from here. */
const components = ownComponents();

/** What restarts in each phase, and how. */
const howIn: Readonly<Record<string, readonly [signal: 'SIGTERM' | 'SIGKILL', ...parts: Component[]]>> = {
  create: ['SIGKILL', 'kube-apiserver'],
  change: ['SIGTERM', 'kube-apiserver'],
  roll: ['SIGKILL', 'etcd', 'kube-apiserver'],
  'take back': ['SIGKILL', 'kube-apiserver'],
  delete: ['SIGTERM', 'etcd'],
};

/** The phase in which history is lost: watches that were cut off cannot go on from where they were. */
const forgetful = 'take back';

/** No watch passes from the moment in which they are cut until the history is gone. */
const plan: FaultPlan = {
  faults: [{ on: { verb: 'watch', phase: `${forgetful}, cut off` }, times: 'always', do: 'answer', status: 503 }],
};

/**
 * A leader ends when it could not renew its lease for ten seconds. It renewed it two seconds before the outage, and a
 * server that is just ready may take its time.
 */
const bearableSeconds = 5;

/** Waiting grows with each failure: so often each kind may be listed for each restart, by any number of processes. */
const mostLists = 5;

const rig = new Rig();

describe.skipIf(components === undefined)('the control plane', () => {
  const own = components as Components;
  beforeAll(() => rig.start(), startMs);
  afterAll(() => rig.stop());

  /** Returns for how long it was away, in seconds. */
  async function restart(phase: string): Promise<number> {
    const start = performance.now();
    const [signal, ...parts] = howIn[phase] ?? ['SIGKILL'];
    for (const part of parts) await own.restart(part, signal);
    if (phase === forgetful) await compact();
    await own.untilReady();
    return (performance.now() - start) / 1000;
  }

  test('restarts in the middle of each phase of a life, and nothing else comes of it', async () => {
    const outages: number[] = [];
    const during = async (phase: string): Promise<void> => {
      const { proxy } = rig.operator;
      if (phase !== 'delete') await eventually(async () => expect(proxy.log.writes(phase).length).toBeGreaterThan(1));
      if (phase === forgetful) {
        proxy.phase = `${forgetful}, cut off`;
        proxy.cut();
      }
      outages.push(await restart(phase));
      proxy.phase = phase;
    };
    const { records, restarts } = await rig.live(plan, { during });
    expect(records.map(outcome)).toEqual(rig.reference.map(outcome));
    expect(Math.max(...records.map(({ seconds }) => seconds * 1000))).toBeLessThan(convergenceMs);
    expect([...restarts]).toContain('expired');
    const lists = rig.operator.proxy.log.entries.filter(({ verb }) => verb === 'list');
    for (const [resource, entries] of Map.groupBy(lists, (entry) => entry.resource)) {
      expect(entries.length, `lists of ${resource}`).toBeLessThanOrEqual(mostLists * outages.length);
    }
    if (Math.max(...outages) < bearableSeconds) expect(rig.operator.exits).toEqual([]);
    for (const said of rig.operator.exits) expect(said).toContain('The lead is lost');
  });
});

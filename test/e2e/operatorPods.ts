import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { read, readAll } from '../api/cluster.ts';
import { kill } from '../cluster/process.ts';
import { eventually } from '../support/eventually.ts';
import { kubectl } from './kubectl.ts';
import { containerProcesses } from './node.ts';

const namespace = 'standpipe-system';

/** The operator's two parts. */
export type Part = 'controller' | 'webhook';

/** Sets how many pods a part has, and waits until they are ready. */
export async function scaleOperator(part: Part, replicas: number): Promise<void> {
  await kubectl(['-n', namespace, 'scale', `deployment/standpipe-${part}`, `--replicas=${replicas}`]);
  await operatorReady(part);
  // A rollout is complete while pods of before still end.
  while ((await operatorPods(part)).length !== replicas) await sleep(300);
}

/** Waits until all pods of a part are ready. */
async function operatorReady(part: Part): Promise<void> {
  await kubectl(['-n', namespace, 'rollout', 'status', `deployment/standpipe-${part}`, '--timeout=180s']);
}

/** The pods of a part. */
export function operatorPods(part: Part): Promise<readonly Pod[]> {
  return readAll<Pod>(namespace, 'pod', '-l', `app.kubernetes.io/name=standpipe-${part}`);
}

/** The pod whose controller leads. */
export async function leader(): Promise<Pod> {
  const { spec } = await read<{ spec: { holderIdentity: string } }>(namespace, 'lease', 'standpipe-controller');
  const found = (await operatorPods('controller')).find(({ metadata }) => spec.holderIdentity.includes(metadata.name));
  if (found === undefined) throw new Error(`no pod is the leader ${spec.holderIdentity}`);
  return found;
}

/** Kills the process of such a pod: it has no time to say goodbye. What it gives back waits until it is ready again. */
export async function killOperator({ metadata }: Pod): Promise<() => Promise<void>> {
  const status = async () => (await read<Pod>(namespace, 'pod', metadata.name)).status?.containerStatuses?.[0];
  const before = await status();
  await kill(containerProcesses(before?.containerID ?? '').first);
  return () =>
    eventually(async () => {
      const now = await status();
      if (now?.containerID === before?.containerID || now?.ready !== true)
        throw new Error(`pod ${metadata.name} is not ready again`);
    }, 120_000);
}

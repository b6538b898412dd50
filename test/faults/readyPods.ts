import { type Pod, pods } from '../../operator/src/kube/builtin.ts';
import { readAll } from '../api/cluster.ts';
import { kubectl } from '../e2e/kubectl.ts';

/** Does what a kubelet would: says of all pods of a namespace that they run and are ready. Returns how many there are. */
export async function makePodsReady(namespace: string): Promise<number> {
  const all = await readAll<Pod>(namespace, pods.plural);
  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  const patch = JSON.stringify({ status: { phase: 'Running', conditions } });
  for (const { metadata } of all) {
    await kubectl(['-n', namespace, 'patch', 'pod', metadata.name, '--subresource=status', '-p', patch]);
  }
  return all.length;
}

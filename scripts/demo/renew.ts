import { createHash } from 'node:crypto';
import { type Demo, kubectl, tryKubectl } from './demo.ts';

/** Where the demo notes which images its pods were started from. */
const note = { name: 'standpipe-demo', namespace: 'default' };
const namespaces = ['standpipe-system', 'observability', 'shop'];

/**
 * Restarts what runs from images that have been built again under the same tag: pods do not notice by themselves. On a
 * new cluster there is nothing to restart.
 */
export async function renewPods({ cluster, screen, archives }: Demo): Promise<void> {
  // The folder of an archive is named by the hash of what went into the image.
  const images = createHash('sha256').update(archives.join('\n')).digest('hex');
  const get = ['-n', note.namespace, 'get', 'configmap', note.name, '-o', 'jsonpath={.data.images}'];
  const known = await tryKubectl(cluster, get);
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: note, data: { images } };
  await kubectl(cluster, ['apply', '--server-side', '-f', '-'], JSON.stringify(configMap));
  if (known.code !== 0 || known.stdout === images) return;
  screen.say('     images have changed: restarting what runs from them');
  for (const namespace of namespaces) await tryKubectl(cluster, ['-n', namespace, 'rollout', 'restart', 'deployment']);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pauseImage } from '../images/pause.ts';
import { controlPlane, pathsOf } from './control-plane.ts';
import { fillStore } from './image-store.ts';
import { NETWORK } from './layout.ts';
import {
  type ConfigPaths,
  cniConflist,
  containerdToml,
  corefile,
  kubeletConfig,
  kubeProxyConfig,
} from './node-config.ts';
import type { Daemon } from './sandbox.ts';
import { kubectl, type Starting, until } from './start.ts';

/** Writes the daemons' configuration; gives back the folder. */
function writeConfigs({ layout }: Starting): string {
  const folder = join(layout.state, 'conf');
  const paths: ConfigPaths = { pki: join(layout.state, 'pki'), cni: join(folder, 'cni'), cgroup: layout.cgroup };
  mkdirSync(paths.cni, { recursive: true });
  const files = {
    'containerd.toml': containerdToml(paths),
    'cni/10-pods.conflist': cniConflist(),
    'kubelet.json': kubeletConfig(paths),
    'kube-proxy.json': kubeProxyConfig(paths),
    Corefile: corefile(paths),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function nodeCommands({ layout, binaries }: Starting, conf: string): { readonly [name: string]: readonly string[] } {
  return {
    'kube-scheduler': controlPlane(pathsOf(layout, binaries))['kube-scheduler'] ?? [],
    kubelet: [
      join(binaries, 'kubelet'),
      `--config=${join(conf, 'kubelet.json')}`,
      `--kubeconfig=${join(layout.state, 'pki', 'kubelet.kubeconfig')}`,
      `--hostname-override=${NETWORK.nodeName}`,
      `--node-ip=${NETWORK.node}`,
      '--root-dir=/run/kubelet',
      `--cert-dir=${join(layout.state, 'certs', 'kubelet')}`,
    ],
    'kube-proxy': [join(binaries, 'kube-proxy'), `--config=${join(conf, 'kube-proxy.json')}`],
    coredns: [join(binaries, 'coredns'), '-conf', join(conf, 'Corefile')],
  };
}

async function nodeReady(starting: Starting): Promise<boolean> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  const status = await kubectl(starting, ['get', 'node', NETWORK.nodeName, '-o', `jsonpath=${path}`]);
  return status?.trim() === 'True';
}

/**
 * Makes a node of a cluster whose API server is starting or up: containerd with the images, kubelet, kube-proxy,
 * scheduler and DNS; ready when the node is.
 */
export async function startNode(
  starting: Starting,
  earlier: readonly Daemon[],
  images: readonly string[],
): Promise<void> {
  const { sandbox, layout, log } = starting;
  const conf = writeConfigs(starting);
  const startContainerd = (): Daemon =>
    sandbox.daemon('containerd', ['containerd', '--config', join(conf, 'containerd.toml'), '--log-level', 'info']);
  const archives = [await pauseImage(log), ...images];
  await fillStore({
    store: join(layout.state, 'fs', 'containerd'),
    init: sandbox.init.pid,
    archives,
    startContainerd,
    log,
  });
  const commands = nodeCommands(starting, conf);
  const daemons = [...earlier, startContainerd()];
  await kubectl(starting, ['apply', '--filename', join(import.meta.dirname, 'coredns-role.yaml')]);
  for (const [name, command] of Object.entries(commands)) daemons.push(sandbox.daemon(name, command));
  await until('the node is ready', daemons, () => nodeReady(starting));
}

import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cached, isCached } from '../cache.ts';
import { must, run } from '../command.ts';
import { keyOf, keyOfFiles } from '../hash.ts';
import { type Log, narrated } from '../log.ts';
import { which } from '../prerequisites.ts';

/** The Kubernetes version that go.mod pins, as `kubectl version` shall show it. */
export const KUBERNETES = 'v1.36.3';

const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
  'coredns',
] as const;

const SOURCE = import.meta.dirname;
const OLDEST_GO = 'go1.26';

/** The linker's flags. Without the version ones the components call themselves v0.0.0 and kubectl refuses to compare. */
function linkerFlags(): string {
  const [major = '', minor = ''] = KUBERNETES.slice(1).split('.');
  const set = {
    'k8s.io/component-base/version.gitVersion': KUBERNETES,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'k8s.io/component-base/version.gitTreeState': 'clean',
    'k8s.io/client-go/pkg/version.gitVersion': KUBERNETES,
  };
  return ['-s', '-w', ...Object.entries(set).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

/** What keeps Kubernetes from being built with the Go of this machine; undefined where nothing does. */
export async function goFault(): Promise<string | undefined> {
  const go = which('go');
  const version = go === undefined ? '' : (await run([go, 'env', 'GOVERSION'], { cwd: '/' })).stdout.trim();
  if (version.localeCompare(OLDEST_GO, 'en', { numeric: true }) >= 0) return undefined;
  const found = version === '' ? 'no go found' : `found ${version}`;
  return `${OLDEST_GO} or newer, to build Kubernetes (${found}): install it from https://go.dev/dl/ and put it on PATH`;
}

async function goProgram(): Promise<string> {
  const fault = await goFault();
  if (fault !== undefined) throw new Error(`missing: ${fault}`);
  return which('go') ?? 'go';
}

/** Gets the modules into Go's cache; gives back how many packages there are to compile. */
async function countPackages(go: string, log: Log): Promise<number> {
  let last = '';
  const onLine = (line: string): void => {
    last = line;
  };
  const list = (): Promise<string> => must([go, 'list', '-deps', '.'], { cwd: SOURCE, onLine });
  const packages = await narrated(log, 'getting the Go modules of Kubernetes', list, () => last);
  return packages.trim().split('\n').length;
}

async function build(folder: string, log: Log): Promise<void> {
  const go = await goProgram();
  const all = await countPackages(go, log);
  let compiled = 0;
  let last = '';
  const onLine = (line: string): void => {
    compiled += 1;
    last = line;
  };
  const flags = ['-v', '-trimpath', '-buildvcs=false', `-ldflags=${linkerFlags()}`];
  await narrated(
    log,
    'building Kubernetes from source (4 to 9 minutes the first time, never again after)',
    () => must([go, 'build', ...flags, '-o', join(folder, 'kube'), '.'], { cwd: SOURCE, onLine }),
    () => `${compiled} of at most ${all} packages, now ${last || 'linking'}`,
  );
  for (const component of COMPONENTS) symlinkSync('kube', join(folder, component));
}

const keyOfBinaries = (): string =>
  keyOf(keyOfFiles(...['go.mod', 'go.sum', 'main.go'].map((name) => join(SOURCE, name))), linkerFlags());

/** Whether the components were built already. */
export function isBuilt(): boolean {
  return isCached('kube', keyOfBinaries());
}

/** The folder that holds the components by name (`kubectl`, `kube-apiserver`, ...), built on the first call ever. */
export async function kubeBinaries(log: Log): Promise<string> {
  return cached({ kind: 'kube', key: keyOfBinaries(), build: (folder) => build(folder, log) }, log);
}

/** The same environment with the components, and the Node that runs this, first on PATH. */
export function withComponents(binaries: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = [binaries, dirname(process.execPath), env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(':');
  return { ...env, PATH: path };
}

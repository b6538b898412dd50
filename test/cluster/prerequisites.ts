import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { must, run } from './command.ts';
import { locked } from './lock.ts';
import { type Log, narrated } from './log.ts';

/** A program that is needed, and the Debian package that has it. */
export type Prerequisite = { readonly program: string; readonly apt: string };

/** What a network namespace with an API server in it needs. */
export const SANDBOX: readonly Prerequisite[] = [
  { program: 'ip', apt: 'iproute2' },
  { program: 'nsenter', apt: 'util-linux' },
  { program: 'unshare', apt: 'util-linux' },
];

/** What a node with pods needs besides. */
export const NODE: readonly Prerequisite[] = [
  { program: 'containerd', apt: 'containerd' },
  { program: 'runc', apt: 'runc' },
  { program: '/usr/lib/cni/bridge', apt: 'containernetworking-plugins' },
  { program: 'nft', apt: 'nftables' },
  { program: 'conntrack', apt: 'conntrack' },
  { program: 'mount', apt: 'mount' },
];

/** What building images without Docker needs. */
export const IMAGES: readonly Prerequisite[] = [
  { program: 'buildah', apt: 'buildah' },
  { program: 'debootstrap', apt: 'debootstrap' },
  { program: 'gcc', apt: 'gcc' },
];

/** What a Kafka broker as a process needs. */
export const KAFKA: readonly Prerequisite[] = [
  { program: 'java', apt: 'openjdk-17-jre-headless' },
  { program: 'mvn', apt: 'maven' },
];

const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/usr/bin', '/bin', '/usr/local/go/bin'];

/** Where a program is: its path, or undefined. */
export function which(program: string): string | undefined {
  if (program.startsWith('/')) return existsSync(program) ? program : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Fails unless the process is root: namespaces, mounts and cgroups are made. */
export function requireRoot(what: string): void {
  if (process.getuid?.() === 0) return;
  throw new Error(
    `${what} needs root on Linux: run the command with sudo (keep PATH: sudo env "PATH=$PATH" ...), or install Docker and kind, which are used where they are found`,
  );
}

async function install(packages: readonly string[], log: Log): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  let last = '';
  const onLine = (line: string): void => {
    last = line;
  };
  const apt = async (...args: readonly string[]): Promise<string> =>
    must(['apt-get', '-q', '-y', ...args], { env, onLine });
  await narrated(
    log,
    `installing ${packages.join(' ')}`,
    async () => {
      // An old package list is good enough unless a package of it has been replaced since.
      const quick = await run(['apt-get', '-q', '-y', 'install', '--no-install-recommends', ...packages], {
        env,
        onLine,
      });
      if (quick.code === 0) return;
      await apt('update');
      await apt('install', '--no-install-recommends', ...packages);
    },
    () => last,
  );
}

/** Sees to it that the programs are there: on Debian as root they are installed, elsewhere it is an error that names them. */
export async function ensure(needed: readonly Prerequisite[], log: Log): Promise<void> {
  const absent = (): readonly Prerequisite[] => needed.filter(({ program }) => which(program) === undefined);
  const missing = absent();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ apt }) => apt))];
  if (which('apt-get') === undefined || process.getuid?.() !== 0) {
    const programs = missing.map(({ program }) => program).join(', ');
    throw new Error(`missing: ${programs}. On Debian: sudo apt-get install ${packages.join(' ')}`);
  }
  await locked('/run/lock/standpipe-apt.lock', log, async () => {
    if (absent().length > 0) await install(packages, log);
  });
}

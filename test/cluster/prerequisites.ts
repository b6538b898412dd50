import { existsSync, readdirSync, rmSync } from 'node:fs';
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

/** Runs apt-get with a list of packages. A list that is old is good enough unless a package of it has been replaced since. */
async function aptGet(args: readonly string[], cwd: string, log: Log): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  let last = '';
  const onLine = (line: string): void => {
    last = line;
  };
  const options = { env, cwd, onLine };
  const apt = ['apt-get', '-q', '-y'];
  await narrated(
    log,
    `getting from Debian: ${args.filter((arg) => !arg.startsWith('-')).join(' ')}`,
    async () => {
      if ((await run([...apt, ...args], options)).code === 0) return;
      await must([...apt, 'update'], options);
      await must([...apt, ...args], options);
    },
    () => last,
  );
}

function requireApt(programs: readonly string[], packages: readonly string[], root: boolean): void {
  if (which('apt-get') !== undefined && (!root || process.getuid?.() === 0)) return;
  throw new Error(`missing: ${programs.join(', ')}. On Debian: sudo apt-get install ${packages.join(' ')}`);
}

/**
 * Unpacks a Debian package into `files` below an empty folder. Nothing is installed, so no service of it is started, and
 * root is not needed.
 */
export async function unpack(name: string, folder: string, log: Log): Promise<void> {
  requireApt([name], [name], false);
  await aptGet(['download', name], folder, log);
  const [archive = ''] = readdirSync(folder).filter((file) => file.endsWith('.deb'));
  await must(['dpkg-deb', '--extract', join(folder, archive), join(folder, 'files')]);
  rmSync(join(folder, archive));
}

/** Sees to it that the programs are there: on Debian as root they are installed, elsewhere it is an error that names them. */
export async function ensure(needed: readonly Prerequisite[], log: Log): Promise<void> {
  const absent = (): readonly Prerequisite[] => needed.filter(({ program }) => which(program) === undefined);
  const missing = absent();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ apt }) => apt))];
  const programs = missing.map(({ program }) => program);
  requireApt(programs, packages, true);
  await locked('/run/lock/standpipe-apt.lock', log, async () => {
    if (absent().length > 0) await aptGet(['install', '--no-install-recommends', ...packages], '/', log);
  });
}

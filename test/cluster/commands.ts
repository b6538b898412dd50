import { type Cluster, clusters, type Mode } from './cluster.ts';
import { archives } from './images/named.ts';
import { startKafkaPod } from './kafka/pod.ts';
import type { Log } from './log.ts';

/** What the command line says besides the command's name. `command` is what stands after `--`. */
export type Arguments = {
  readonly name: string;
  readonly mode: Mode;
  readonly images: readonly string[];
  readonly users: readonly string[];
  readonly command: readonly string[];
};

/** The status of a command that Ctrl-C ended, as shells report it. */
const INTERRUPTED = 130;

const log: Log = (line) => process.stderr.write(`${line}\n`);

/** Runs a command with our standard streams; signals that we get go on to it. Gives back its status. */
async function foreground(cluster: Cluster, command: readonly string[]): Promise<number> {
  if (command.length === 0) throw new Error('no command given: write it after --');
  const child = cluster.spawn(command, { stdio: 'inherit' });
  process.on('SIGINT', () => {}); // the terminal sends it to the command too
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function find(name: string): Promise<Cluster> {
  const cluster = await (await clusters()).find(name);
  if (cluster === undefined) throw new Error(`no cluster "${name}" is up: start it with: main.ts up --name ${name}`);
  return cluster;
}

async function up({ name, mode, images }: Arguments): Promise<number> {
  const options = { name, mode, log, images: await archives(images, log), keep: true };
  const cluster = await (await clusters()).up(options);
  log(
    `cluster "${name}" is ready. Reach it with: node test/cluster/main.ts exec --name ${name} -- kubectl get pods -A`,
  );
  log(`its kubeconfig, valid in its network: ${cluster.kubeconfig}`);
  return 0;
}

async function status(): Promise<number> {
  const all = await clusters();
  for (const name of await all.names()) {
    const cluster = await all.find(name);
    process.stdout.write(`${name}\t${cluster === undefined ? 'not running' : cluster.mode}\n`);
  }
  return 0;
}

async function runIn({ name, mode, images, command }: Arguments): Promise<number> {
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted = true;
    });
  }
  const cluster = await (await clusters()).up({ name, mode, log, images: await archives(images, log) });
  try {
    if (interrupted) return INTERRUPTED;
    return await foreground(cluster, command);
  } finally {
    await cluster.down();
  }
}

async function printImages({ images }: Arguments): Promise<number> {
  const names = images.length === 0 ? ['operator', 'sidecar'] : images;
  for (const archive of await archives(names, log)) process.stdout.write(`${archive}\n`);
  return 0;
}

async function kafka({ name, users }: Arguments): Promise<number> {
  const broker = await startKafkaPod(await find(name), users, log);
  log(`Kafka is ready at ${broker.bootstrap}; passwords: secret kafka-users in namespace kafka`);
  return 0;
}

/** What each command does; it gives back the exit status. */
export const COMMANDS: { readonly [command: string]: (args: Arguments) => Promise<number> } = {
  up,
  status,
  run: runIn,
  images: printImages,
  kafka,
  async load({ name, images }) {
    await (await find(name)).load(await archives(images, log));
    return 0;
  },
  exec: async ({ name, command }) => foreground(await find(name), command),
  async down({ name }) {
    await (await clusters()).down(name, log);
    return 0;
  },
};

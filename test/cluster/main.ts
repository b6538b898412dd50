import { parseArgs } from 'node:util';
import { type Cluster, clusters, type Mode } from './cluster.ts';
import type { Log } from './log.ts';

const USAGE = `usage: node test/cluster/main.ts COMMAND [--name NAME] [--mode api|node] [-- COMMAND...]

  up        start a cluster that stays until "down" (mode node unless said otherwise)
  down      end it and take away everything that belongs to it
  status    list the clusters
  exec      run a command in a cluster's network, with KUBECONFIG set and kubectl on PATH
  run       start a cluster, run a command in it, end it; ends with the command's status`;

const log: Log = (line) => process.stderr.write(`${line}\n`);

type Arguments = { readonly name: string; readonly mode: Mode; readonly command: readonly string[] };

function asMode(text: string): Mode {
  if (text === 'api' || text === 'node') return text;
  throw new Error(`--mode ${text}: it is either api or node`);
}

/** Runs a command with our standard streams; signals that we get go on to it. Gives back its status. */
async function foreground(cluster: Cluster, command: readonly string[]): Promise<number> {
  if (command.length === 0) throw new Error('no command given: write it after --');
  const child = cluster.spawn(command, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
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

async function up({ name, mode }: Arguments): Promise<number> {
  const cluster = await (await clusters()).up({ name, mode, log, keep: true });
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

async function runIn({ name, mode, command }: Arguments): Promise<number> {
  const cluster = await (await clusters()).up({ name, mode, log });
  try {
    return await foreground(cluster, command);
  } finally {
    await cluster.down();
  }
}

const COMMANDS: { readonly [command: string]: (args: Arguments) => Promise<number> } = {
  up,
  status,
  run: runIn,
  exec: async ({ name, command }) => foreground(await find(name), command),
  async down({ name }) {
    await (await clusters()).down(name, log);
    return 0;
  },
};

async function main(argv: readonly string[]): Promise<number> {
  const split = argv.indexOf('--');
  const [own, command] = split < 0 ? [argv, []] : [argv.slice(0, split), argv.slice(split + 1)];
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: { name: { type: 'string', default: 'standpipe' }, mode: { type: 'string', default: 'node' } },
  });
  const action = COMMANDS[positionals[0] ?? ''];
  if (action === undefined || positionals.length !== 1) throw new Error(USAGE);
  return action({ name: values.name, mode: asMode(values.mode), command });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

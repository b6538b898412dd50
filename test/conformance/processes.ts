import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowanceFor, PageParser } from '../../sidecars/metrics/src/exposition/page-parser.ts';

const main = join(import.meta.dirname, '../../sidecars/metrics/src/main.ts');

/** What a sidecar's environment says of the path on which it reads. */
export const readPaths = ['auto', 'public'] as const;
export type ReadPathChoice = (typeof readPaths)[number];

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A process that listens on a port of loopback. */
export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

async function listens(process_: ChildProcess, port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    if (process_.exitCode !== null) throw new Error('a server has ended instead of listening');
    await sleep(20);
  }
}

async function answers(process_: ChildProcess, url: string): Promise<void> {
  for (;;) {
    const { ok } = await fetch(url).catch(() => ({ ok: false }));
    if (ok) return;
    if (process_.exitCode !== null) throw new Error('the sidecar has ended instead of answering');
    await sleep(20);
  }
}

/** Starts a server that takes its port as the last argument, and waits until it listens. */
export async function startServer(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Listener> {
  const port = await freePort();
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  await listens(child, port);
  return { port, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || !child.kill('SIGKILL')) return;
  await once(child, 'exit');
}

/** The sidecar as a process, in front of one port. */
export interface Sidecar extends Listener {
  /** The samples of its page: `name{label=value,...}` and value. Only those whose name is `name`, if it is given. */
  samples(name: string): Promise<Record<string, number>>;
}

/** Starts the sidecar in front of a port. */
export async function startSidecar(app: number, readPath: ReadPathChoice): Promise<Sidecar> {
  const [port, page] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      POD_IPS: '127.0.0.1',
      STANDPIPE_TAPS: JSON.stringify([{ name: 'port', listen: port, app, protocol: 'http' }]),
      STANDPIPE_CONFIG_FILE: '/nowhere/metrics.json',
      STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
      STANDPIPE_PAGE_PORT: String(page),
      STANDPIPE_READ_PATH: readPath,
    },
  });
  // A connection to the tap itself would be counted.
  await answers(child, `http://127.0.0.1:${page}/startup`);
  return { port, stop: () => end(child), samples: (name) => samplesOf(page, name) };
}

async function samplesOf(page: number, wanted: string): Promise<Record<string, number>> {
  const parser = new PageParser('text', allowanceFor(100_000));
  parser.push(await (await fetch(`http://127.0.0.1:${page}/metrics`)).text());
  const samples = parser.end().families.flatMap((family) => family.samples);
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === wanted)
      .map(({ labels, value }) => [labels.map(([, text]) => text).join(' '), Number(value)]),
  );
}

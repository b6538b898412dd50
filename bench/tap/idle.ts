import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop } from './load.ts';
import { commandOf, type Peer } from './peers.ts';
import { Pinned, takesConnections } from './pinned.ts';
import type { Programs } from './programs.ts';

/** What a process needs before anybody asks it anything, and after it was asked as much as it can answer. */
export interface Footprint {
  readonly peer: Peer;
  readonly idleMB: number;
  readonly saturatedMB: number;
}

const port = 21_000;
const upstreamPort = 20_999;

const peers = ['haproxy', 'nginx', 'sidecar', 'sidecar-public', 'node-http', 'fastify'] as const;

/** How long a process is left alone before its memory is looked at, in milliseconds: collectors and compilers come to rest. */
const restMs = 1500;

/** Anonymous memory of fresh processes, one after the other. */
export async function footprints(programs: Programs, folder: string, rounds: number): Promise<Footprint[]> {
  const upstream = await Pinned.start({ argv: [programs.upstream, String(upstreamPort), '1024', ''] }, upstreamPort, 1);
  const found: Footprint[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of peers) {
        const place = { programs, folder, port, upstream: upstreamPort, http2: false };
        const proxy = await Pinned.start(commandOf(peer, place), port, 0);
        try {
          await sleep(restMs);
          const idleMB = proxy.anonymousMB;
          await closedLoop(port, { connections: 64, seconds: 2, script: 'realistic.lua' });
          found.push({ peer, idleMB, saturatedMB: proxy.anonymousMB });
        } finally {
          await proxy.stop();
        }
      }
    }
    return found;
  } finally {
    await upstream.stop();
  }
}

/** Milliseconds from the start of a process to the end of `node -e 0`, and to a tap that takes connections. */
export interface Start {
  readonly bareMs: number;
  readonly sidecarMs: number;
}

async function bare(): Promise<number> {
  const begun = performance.now();
  await once(spawn('taskset', ['-c', '0', process.execPath, '-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - begun;
}

async function untilItListens(programs: Programs, folder: string): Promise<number> {
  const { argv, env } = commandOf('sidecar', { programs, folder, port, upstream: upstreamPort, http2: false });
  const begun = performance.now();
  const process_ = spawn('taskset', ['-c', '0', ...argv], { stdio: 'ignore', env: { ...process.env, ...env } });
  const ended = once(process_, 'exit');
  while (!(await takesConnections(port))) await sleep(1);
  const took = performance.now() - begun;
  process_.kill('SIGKILL');
  await ended;
  return took;
}

/** Starts both in turns. */
export async function starts(programs: Programs, folder: string, rounds: number): Promise<Start[]> {
  const found: Start[] = [];
  for (let round = 0; round < rounds; round += 1)
    found.push({ bareMs: await bare(), sidecarMs: await untilItListens(programs, folder) });
  return found;
}

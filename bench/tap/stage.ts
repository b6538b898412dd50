import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Load } from './load.ts';
import { commandOf, type Peer } from './peers.ts';
import { type Command, Pinned } from './pinned.ts';
import type { Programs } from './programs.ts';
import type { Scenario, Upstream } from './scenarios.ts';

/** One turn of one peer. Times are in microseconds. */
export interface Turn extends Load {
  readonly peer: Peer;
  readonly round: number;
  /** CPU time of the proxy by the requests of this turn; undefined where there is no proxy. */
  readonly cpuMicros: number | undefined;
  /** Anonymous memory of the proxy after this turn, in megabytes. */
  readonly anonymousMB: number | undefined;
}

/** How long is measured. */
export interface Extent {
  readonly rounds: number;
  readonly seconds: number;
}

const firstPort = 21_000;
const upstreamPort = 20_999;

/** The bytes of an ordinary response besides its body. */
const realisticFields = [
  'Vary: Accept-Encoding, Origin',
  'ETag: W/"400-b026324c6904b2a9cb4b88d6d61c81d1"',
  'Cache-Control: private, max-age=0, must-revalidate',
  'X-Request-Id: 7c0f2d84-31f7-4c8f-9a55-2b86d1a3f0de',
  'Strict-Transport-Security: max-age=15552000; includeSubDomains',
  'X-Content-Type-Options: nosniff',
  'Access-Control-Allow-Origin: *',
];

function upstreamOf(upstream: Upstream, { upstream: responder }: Programs, folder: string): Command {
  const port = String(upstreamPort);
  switch (upstream) {
    case 'small':
      return { argv: [responder, port, '27', ''] };
    case 'realistic':
      return { argv: [responder, port, '1024', realisticFields.map((field) => `${field}\r\n`).join('')] };
    case 'app':
      return { argv: [process.execPath, join(import.meta.dirname, 'app.ts'), port, '1024'] };
    case 'nghttpd':
      writeFileSync(join(folder, 'index.html'), 'hello, this is the response');
      return { argv: ['nghttpd', '--no-tls', '-a', '127.0.0.1', '-d', folder, port] };
  }
}

async function turn(peer: Peer, proxy: Pinned | undefined, load: () => Promise<Load>, round: number): Promise<Turn> {
  const before = proxy?.cpuMicros ?? 0;
  const measured = await load();
  const spent = proxy === undefined ? undefined : (proxy.cpuMicros - before) / measured.requests;
  return { peer, round, ...measured, cpuMicros: spent, anonymousMB: proxy?.anonymousMB };
}

/**
 * Starts every peer of a scenario in front of one upstream and gives them load in turns, so that whatever else the machine
 * does falls on all of them. The order changes with every round.
 */
export async function play(
  scenario: Scenario,
  programs: Programs,
  folder: string,
  { rounds, seconds }: Extent,
): Promise<Turn[]> {
  const { peers, upstream, run } = scenario;
  const running: Pinned[] = [];
  const started = async (command: Command, port: number, cpu: number): Promise<Pinned> => {
    const one = await Pinned.start(command, port, cpu);
    running.push(one);
    return one;
  };
  try {
    await started(upstreamOf(upstream, programs, folder), upstreamPort, 1);
    const stands = new Map<Peer, Pinned | undefined>();
    for (const [place, peer] of peers.entries()) {
      const port = firstPort + place;
      const at = { programs, folder, port, upstream: upstreamPort, http2: upstream === 'nghttpd' };
      stands.set(peer, peer === 'direct' ? undefined : await started(commandOf(peer, at), port, 0));
    }
    const turns: Turn[] = [];
    // The first round is only there so that what is used all the time gets compiled.
    for (let round = -1; round < rounds; round += 1) {
      const first = (round + 1) % peers.length;
      for (const peer of [...peers.slice(first), ...peers.slice(0, first)]) {
        const proxy = stands.get(peer);
        const port = proxy?.port ?? upstreamPort;
        const one = await turn(peer, proxy, () => run(port, seconds, folder), round);
        if (round >= 0) turns.push(one);
      }
    }
    return turns;
  } finally {
    for (const one of running.toReversed()) await one.stop();
  }
}

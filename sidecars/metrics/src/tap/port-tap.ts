import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { TapPort } from '../../../../operator/src/config/metrics.ts';
import { keepListening, type Listening } from '../../../common/src/listen.ts';
import type { Logger } from '../../../common/src/log.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import type { ExchangeObserver } from './exchange.ts';
import { ForwardedFor } from './forwarded-for.ts';
import { HttpTap } from './http-tap.ts';
import type { ReadPath } from './read-path.ts';
import { cut, endWithApp, join, type Splice } from './splice.ts';
import { TapCounters } from './tap-counters.ts';

/** What a tap of one port is made of. */
export interface PortTapOptions {
  readonly port: TapPort;
  /** The pod's addresses, at which the app is dialled. */
  readonly appHosts: readonly string[];
  readonly observer: ExchangeObserver;
  /** Whether requests of a new connection get its client's address as X-Forwarded-For. */
  readonly forwardedFor: () => boolean;
  readonly readPath: ReadPath;
  /** Connections that the whole process may have open. */
  readonly limit: ConnectionLimit;
  readonly log: Logger;
  /** Addresses to listen on; all by default. */
  readonly hosts?: readonly string[];
}

/** A port that is taken over: callers connect here, and each connection gets one to the app. */
export interface PortTap {
  readonly port: TapPort;
  readonly listening: Listening;
  readonly counters: TapCounters;
  /** Stops accepting and waits until all connections have ended; what is left after `boundMs` is cut. */
  stop(boundMs: number): Promise<void>;
}

/** Opens a tap. It listens soon after, and tries again for as long as the port is held by someone else. */
export function openPortTap(options: PortTapOptions): PortTap {
  const { port, readPath } = options;
  const counters = new TapCounters();
  const splices = new Set<Splice>();
  const waiting = new Map<() => void, unknown>();
  const listening = listenOften(options, (accepted) => onClient(accepted, options, { counters, splices, waiting }));
  return {
    port,
    listening,
    counters,
    async stop(boundMs) {
      listening.stop();
      for (const [begin, accepted] of waiting) {
        options.limit.withdraw(begin);
        readPath.refuse(accepted);
      }
      waiting.clear();
      counters.waiting = 0;
      for (const splice of splices) endWithApp(splice);
      const bound = performance.now() + boundMs;
      while (splices.size > 0 && performance.now() < bound) await setTimeout(stopPollMs);
      for (const splice of splices) cut(splice);
    },
  };
}

/**
 * Connections that the kernel holds until they are accepted; it has a bound of its own (net.core.somaxconn, 4096). Node asks
 * for 511, and a burst that is larger costs its callers a second each.
 */
const backlog = 4096;

/** How often a tap that stops looks whether its connections have ended, in milliseconds. */
const stopPollMs = 20;

/** Sockets that listen on one port. */
const listeners = 16;

/**
 * Listens on the port with several sockets. A turn of the event loop takes one connection from each, whatever else it has to
 * do: with one socket, a hundred new callers waited a hundred turns while those who were connected already were served in
 * each.
 */
function listenOften({ port, readPath, log, hosts }: PortTapOptions, onClient: (accepted: unknown) => void): Listening {
  const name = `tap ${port.name}`;
  const others: Listening[] = [];
  const open = (own: number, ownLog: Logger, onListening: () => void): Listening => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    readPath.accept(server, onClient);
    const more = { backlog, reusePort: true, onListening, ...(hosts && { hosts }) };
    return keepListening(server, { port: own, name, log: ownLog, ...more });
  };
  // The others follow once the first has the port. They say the same, so only what goes wrong is logged.
  const quiet = { ...log, info() {} };
  const first = open(port.listen, log, () => {
    while (others.length < listeners - 1) others.push(open(first.port, quiet, () => {}));
  });
  return {
    get listening() {
      return first.listening;
    },
    get problem() {
      return first.problem;
    },
    get port() {
      return first.port;
    },
    stop() {
      for (const each of [first, ...others]) each.stop();
    },
  };
}

/** The connections of one tap. */
interface Connections {
  readonly counters: TapCounters;
  readonly splices: Set<Splice>;
  /** What was accepted and has to wait, by what opens it. */
  readonly waiting: Map<() => void, unknown>;
}

function onClient(accepted: unknown, options: PortTapOptions, connections: Connections): void {
  const { counters, waiting } = connections;
  const begin = () => {
    if (waiting.delete(begin)) counters.waiting -= 1;
    openSplice(accepted, options, connections);
  };
  const admitted = options.limit.admit(begin);
  if (admitted === 'never') {
    counters.overLimit += 1;
    options.readPath.refuse(accepted);
  } else if (admitted !== 'now') {
    waiting.set(begin, accepted);
    counters.waiting += 1;
    if (admitted === 'later') counters.delayed += 1;
  }
}

function openSplice(accepted: unknown, options: PortTapOptions, { counters, splices }: Connections): void {
  const { port, appHosts, observer, readPath, limit } = options;
  counters.accepted += 1;
  counters.open += 1;
  const isHttp = port.protocol !== 'tcp';
  const forwardedFor = isHttp && options.forwardedFor() ? new ForwardedFor() : undefined;
  const tap = isHttp ? new HttpTap(observer, forwardedFor) : undefined;
  const splice = readPath.open(accepted, { hosts: appHosts, port: port.app }, tap, forwardedFor);
  forwardedFor?.begin(splice.client.remoteAddress);
  splices.add(splice);
  join(splice, counters, splice.start, () => {
    splices.delete(splice);
    counters.open -= 1;
    limit.release();
  });
}

import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { TapPort } from '../../../../operator/src/config/metrics.ts';
import { keepListening, type Listening } from '../../../common/src/listen.ts';
import type { Logger } from '../../../common/src/log.ts';
import type { ExchangeObserver } from './exchange.ts';
import { HttpTap } from './http-tap.ts';
import type { ReadPath } from './read-path.ts';
import { cut, endWithApp, join, type Splice } from './splice.ts';
import { TapCounters } from './tap-counters.ts';

/** What a tap of one port is made of. */
export interface PortTapOptions {
  readonly port: TapPort;
  /** The address that the app is dialled at: the pod's own, so that a loopback-only listener stays unreachable. */
  readonly appHost: string;
  readonly observer: ExchangeObserver;
  readonly readPath: ReadPath;
  /** Connections that the whole process may have open. */
  readonly limit: ConnectionLimit;
  readonly log: Logger;
  /** Addresses to listen on; all by default. */
  readonly hosts?: readonly string[];
}

/** A bound shared by all taps of a process. */
export interface ConnectionLimit {
  readonly max: number;
  open: number;
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
  const { port, readPath, log, hosts } = options;
  const counters = new TapCounters();
  const splices = new Set<Splice>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  readPath.accept(server, (accepted) => onClient(accepted, options, counters, splices));
  const name = `tap ${port.name}`;
  const listening = keepListening(server, { port: port.listen, name, log, ...(hosts && { hosts }) });
  return {
    port,
    listening,
    counters,
    async stop(boundMs) {
      listening.stop();
      for (const splice of splices) endWithApp(splice);
      const bound = performance.now() + boundMs;
      while (splices.size > 0 && performance.now() < bound) await setTimeout(stopPollMs);
      for (const splice of splices) cut(splice);
    },
  };
}

/** How often a tap that stops looks whether its connections have ended, in milliseconds. */
const stopPollMs = 20;

function onClient(accepted: unknown, options: PortTapOptions, counters: TapCounters, splices: Set<Splice>): void {
  const { port, appHost, observer, readPath, limit } = options;
  if (limit.open >= limit.max) {
    counters.overLimit += 1;
    readPath.refuse(accepted);
    return;
  }
  counters.accepted += 1;
  counters.open += 1;
  limit.open += 1;
  const tap = port.protocol === 'tcp' ? undefined : new HttpTap(observer);
  const splice = readPath.open(accepted, appHost, port.app, tap);
  splices.add(splice);
  join(splice, counters, splice.start, () => {
    splices.delete(splice);
    counters.open -= 1;
    limit.open -= 1;
  });
}

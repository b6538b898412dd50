import { createServer } from 'node:net';
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
  const { port, appHost, observer, readPath, limit, log } = options;
  const counters = new TapCounters();
  const splices = new Set<Splice>();
  let onEmpty: (() => void) | undefined;

  const onClient = (accepted: unknown) => {
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
      if (splices.size === 0) onEmpty?.();
    });
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  readPath.accept(server, onClient);
  const { hosts } = options;
  const listening = keepListening(server, {
    port: port.listen,
    name: `tap ${port.name}`,
    log,
    ...(hosts && { hosts }),
  });

  return {
    port,
    listening,
    counters,
    async stop(boundMs) {
      listening.stop();
      if (splices.size === 0) return;
      for (const splice of splices) endWithApp(splice);
      await Promise.race([
        new Promise<void>((resolve) => {
          onEmpty = resolve;
        }),
        new Promise<void>((resolve) => setTimeout(resolve, boundMs).unref()),
      ]);
      for (const splice of splices) cut(splice);
    },
  };
}

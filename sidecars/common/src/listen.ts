import type { Server } from 'node:net';
import { createBackoff } from './backoff.ts';
import { errorText, type Logger } from './log.ts';

/** Where a server listens and what it says about it. */
export interface ListenOptions {
  readonly port: number;
  /** Addresses to try in turn; the first that this machine has is used. Default: all of IPv6 and IPv4, else IPv4. */
  readonly hosts?: readonly string[];
  /** Connections that the kernel may hold until they are accepted; Node's 511 by default. */
  readonly backlog?: number;
  /** Lets other sockets of this user listen on the same port: the kernel spreads connections over them. */
  readonly reusePort?: boolean;
  /** What listens, for log lines. */
  readonly name: string;
  readonly log: Logger;
  /** Called each time the socket listens. */
  readonly onListening?: () => void;
}

/** A server that is kept listening. */
export interface Listening {
  /** True while the socket accepts connections. */
  readonly listening: boolean;
  /** Why it does not listen, if it was tried and failed. */
  readonly problem: string | undefined;
  /** The port in use: the asked one, or the chosen one where 0 was asked for. */
  readonly port: number;
  /** Stops accepting and retrying. Connections that are open stay open. */
  stop(): void;
}

/** Errors that say "this machine does not have that address family", not "try again". */
const noSuchAddress: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT']);

/**
 * Makes a server listen and tries again with back-off (0.1 s to 5 s) for as long as it takes: a port that is still held
 * by someone else must never end a sidecar. Takes over the server's `error` event.
 */
export function keepListening(server: Server, options: ListenOptions): Listening {
  const { port, hosts = ['::', '0.0.0.0'], backlog = 511, reusePort = false, name, log } = options;
  const backoff = createBackoff({ firstMs: 200, maxMs: 5000 });
  let host = 0;
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** Until when failed accepts are not logged again, in milliseconds of `performance.now()`: they come in floods. */
  let quietUntil = 0;

  const listen = () => {
    timer = undefined;
    if (!stopped) server.listen({ port, host: hosts[host] ?? '0.0.0.0', backlog, reusePort });
  };
  server.on('listening', () => {
    problem = undefined;
    backoff.reset();
    log.info('listening', { name, address: server.address() });
    options.onListening?.();
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (noSuchAddress.has(error.code ?? '') && host < hosts.length - 1) {
      host += 1;
      listen();
      return;
    }
    // An error of a server that listens is one failed accept (EMFILE, ECONNABORTED): the socket goes on accepting.
    if (server.listening) {
      if (performance.now() < quietUntil) return;
      quietUntil = performance.now() + 60_000;
      log.warn('could not accept a connection', { name, error });
      return;
    }
    if (problem !== errorText(error)) log.error('cannot listen; trying again', { name, port, error });
    problem = errorText(error);
    timer = setTimeout(listen, backoff.next());
  });
  listen();

  return {
    get listening() {
      return server.listening;
    },
    get problem() {
      return problem;
    },
    get port() {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      if (server.listening) server.close();
    },
  };
}

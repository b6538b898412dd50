import type { Socket } from 'node:net';
import type { ForwardedFor } from './forwarded-for.ts';
import type { HttpTap } from './http-tap.ts';
import { increment, type TapCounters } from './tap-counters.ts';

/**
 * One client connection and its one connection to the app. How bytes are read is the read path's part; this is what
 * both paths share: back-pressure, half-closes, errors and the end.
 */
export interface Splice {
  readonly client: Socket;
  readonly app: Socket;
  /** What watches the bytes; undefined where the port is not HTTP. */
  readonly tap: HttpTap | undefined;
  /** What puts the client's address into requests; undefined where that is off. */
  readonly forwardedFor: ForwardedFor | undefined;
}

/**
 * How long a connection may stay idle after the app has closed its side, in milliseconds. The app's own kernel would drop
 * such a connection after tcp_fin_timeout (60 s); without this, a client that never closes would hold it for good.
 */
const idleAfterAppEndMs = 60_000;

/** When a client is asked whether it is still there, in milliseconds of silence: vanished ones must not pile up. */
const keepAliveMs = 75_000;

/** Joins the two ends. `onStart` is called once the app has accepted, `onEnd` once, when both
 * sockets are closed. */
export function join(splice: Splice, counters: TapCounters, onStart: () => void, onEnd: () => void): void {
  const { client, app } = splice;
  let connected = false;
  let closed = 0;
  const onClose = () => {
    closed += 1;
    if (closed < 2) return;
    closeTap(splice, counters);
    onEnd();
  };
  client.setNoDelay(true);
  client.setKeepAlive(true, keepAliveMs);
  client.on('drain', () => app.resume());
  app.on('drain', () => client.resume());
  client.on('end', () => endApp(splice));
  app.on('end', () => {
    observe(splice, (tap) => tap.responseEnd());
    client.end();
    client.setTimeout(idleAfterAppEndMs, () => client.destroy());
  });
  app.on('connect', () => {
    connected = true;
    onStart();
  });
  client.on('error', () => {
    if (!app.destroyed) counters.broken.client += 1;
    reset(app);
  });
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!connected) increment(counters.connectFailures, error.code ?? 'unknown');
    else if (!client.destroyed) counters.broken.app += 1;
    reset(client);
  });
  // One side is gone for good: what was read from it may still be on its way to the other, and is sent first.
  client.on('close', () => {
    app.destroySoon();
    onClose();
  });
  app.on('close', () => {
    client.destroySoon();
    onClose();
  });
}

/**
 * Ends a splice as soon as the app has closed its side and the client has everything: a client that keeps its own side
 * open must not hold up the end of the pod.
 */
export function endWithApp({ client }: Splice): void {
  if (client.writableFinished) client.destroy();
  else client.once('finish', () => client.destroy());
}

/** Cuts both ends at once, with a reset. */
export function cut({ client, app }: Splice): void {
  for (const socket of [client, app]) {
    reset(socket);
    // One that cannot be reset yet does not wait for a peer that may never read.
    socket.destroy();
  }
}

/**
 * Ends a socket with a reset, once what was written has been sent. Between the end of its side and its `finish`, Node's own
 * way loses it: libuv refuses to reset what is being shut down, and the socket stays open without ever closing.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

/** Tells the app that the client has sent its last byte. */
function endApp({ app, forwardedFor }: Splice): void {
  if (forwardedFor === undefined) app.end();
  else app.end(forwardedFor.end());
}

/** Lets the tap look. Whatever goes wrong in there costs a metric and never a byte. */
export function observe({ tap }: Splice, look: (tap: HttpTap) => void): void {
  if (tap === undefined) return;
  try {
    look(tap);
  } catch {
    tap.fail();
  }
}

function closeTap(splice: Splice, counters: TapCounters): void {
  observe(splice, (tap) => tap.close());
  if (splice.tap?.opaque !== undefined) increment(counters.opaque, splice.tap.opaque);
}

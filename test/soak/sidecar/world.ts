import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Dice } from '../dice.ts';
import type { Ledger } from './ledger.ts';
import type { AppPort, Places } from './ports.ts';

/** What clients have to do with. */
export class World {
  readonly dice: Dice;
  readonly ledger: Ledger;
  /** Where the sidecar listens. */
  readonly taps: Places;
  /** Of the sidecar's own pages. */
  readonly pagePort: number;
  /** At first each client does all that it can do, so that rows are there for it before chance makes others. */
  warmingUp = true;

  constructor(parts: Pick<World, 'dice' | 'ledger' | 'taps' | 'pagePort'>) {
    this.dice = parts.dice;
    this.ledger = parts.ledger;
    this.taps = parts.taps;
    this.pagePort = parts.pagePort;
  }

  /** Connects to a tap; each such connection is entered in the ledger. */
  open(port: AppPort): Socket {
    this.ledger.add(`standpipe_tap_connections_total ${port}`);
    const socket = connect({ port: this.taps[port], host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    // Whoever reads gets the error; nobody else has to.
    socket.on('error', () => {});
    return socket;
  }
}

/** Reads until what has come so far is enough, and leaves the rest unread. Fails if the connection ends before. */
export function readUntil(socket: Socket, isEnough: (all: Buffer) => boolean): Promise<Buffer> {
  let all = Buffer.alloc(0);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const onEnd = (): void => reject(new Error(`it ended after ${all.length} bytes: ${all.toString('latin1', 0, 80)}`));
  const onData = (piece: Buffer): void => {
    all = Buffer.concat([all, piece]);
    if (isEnough(all)) resolve(all);
  };
  socket.on('data', onData).once('end', onEnd).once('close', onEnd).resume();
  return promise.finally(() => socket.pause().off('data', onData).off('end', onEnd).off('close', onEnd));
}

/** Reads to the end, which must come in peace. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of socket) all.push(piece as Buffer);
  return Buffer.concat(all);
}

/** Ends a connection with a reset. */
export async function reset(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.resetAndDestroy();
  await once(socket, 'close');
}

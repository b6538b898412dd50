import type { Server } from 'node:net';
import type { AppAddress } from './app-address.ts';
import type { ForwardedFor } from './forwarded-for.ts';
import type { HttpTap } from './http-tap.ts';
import type { Splice } from './splice.ts';

/** A splice whose client is not read yet. */
export interface Opened extends Splice {
  /** Starts reading from the client. */
  readonly start: () => void;
}

/** A way to accept connections and to carry bytes between two sockets. */
export interface ReadPath {
  /** The label of the gauge that says which path is in use. */
  readonly name: 'fast' | 'public';
  /** Hands every connection that `server` accepts to `onClient`. Called once, before the server listens. */
  accept(server: Server, onClient: (accepted: unknown) => void): void;
  /**
   * Dials the app and carries bytes both ways, through the tap; those of the client through `forwardedFor` besides.
   * `accepted` is what `accept` has handed over.
   */
  open(accepted: unknown, address: AppAddress, tap: HttpTap | undefined, forwardedFor?: ForwardedFor): Opened;
  /** Turns an accepted connection away with a reset. */
  refuse(accepted: unknown): void;
}

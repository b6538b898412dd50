import type { OpaqueReason } from './exchange.ts';

/** Follows one version of HTTP on a connection. */
export interface Follower {
  /** Why it has stopped looking; undefined while it follows. */
  readonly opaque: OpaqueReason | undefined;
  /** Bytes on their way from the client to the app. */
  request(bytes: Buffer): void;
  /** Bytes on their way from the app to the client. */
  response(bytes: Buffer): void;
  /** The app has sent its last byte. */
  responseEnd(): void;
  /** The connection is over. Exchanges that are still open are aborted. */
  close(): void;
}

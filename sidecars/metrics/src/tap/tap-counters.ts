import type { OpaqueReason } from './exchange.ts';

/** What a tap counts about the connections of one port. Plain numbers: they are counted on the path of traffic. */
export class TapCounters {
  /** Connections accepted since the start. */
  accepted = 0;
  /** Connections that are open now. */
  open = 0;
  /** Connections that have to wait until others end. */
  waiting = 0;
  /** Connections that had to, since the start. */
  delayed = 0;
  /** Connections reset at once because too many were open and waiting. */
  overLimit = 0;
  /** Connections that the app did not accept, by the error's code. */
  readonly connectFailures = new Map<string, number>();
  /** Connections that were forwarded without being followed to their end, by reason. */
  readonly opaque = new Map<OpaqueReason, number>();
  /** Connections that ended by an error on one side. */
  readonly broken = { client: 0, app: 0 };
}

/** Adds one to the count of `key`. */
export function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

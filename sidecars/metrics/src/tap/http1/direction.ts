import type { Exchange } from '../exchange.ts';
import type { ChunkedBody } from './chunked-body.ts';
import type { Head } from './head.ts';
import type { PartialHead } from './partial-head.ts';

/** What the next byte of a direction belongs to. Numbers, because they are compared for every read. */
export const inHead = 0;
export const inBody = 1;
export const inChunks = 2;
export const untilClose = 3;
/** A request that may turn the connection into a tunnel has been sent; what follows is decided by its response. */
export const undecided = 4;

/** One direction of a connection. */
export interface Direction {
  /** From the client to the app. */
  readonly asks: boolean;
  state: number;
  /** Bytes that the body still has, in `inBody`. */
  remaining: number;
  partial: PartialHead | undefined;
  chunks: ChunkedBody | undefined;
  /** Whose bytes pass now. */
  exchange: Exchange | undefined;
}

/** A direction of which nothing has been seen. */
export function newDirection(asks: boolean): Direction {
  return { asks, state: inHead, remaining: 0, partial: undefined, chunks: undefined, exchange: undefined };
}

/** Counts content that has passed. */
export function passed({ exchange, asks }: Direction, length: number): void {
  if (exchange === undefined) return;
  if (asks) exchange.requestBytes += length;
  else exchange.responseBytes += length;
}

/** Begins the body of a message with that head; false if it has none. A body of no known length may end with the connection. */
export function beginBody(direction: Direction, head: Head, mayEndWithConnection: boolean): boolean {
  if (head.chunked) direction.state = inChunks;
  else if (mayEndWithConnection && (head.otherCoding || head.length < 0)) direction.state = untilClose;
  else if (head.length > 0) {
    direction.state = inBody;
    direction.remaining = head.length;
  } else return false;
  return true;
}

import type { Exchange } from '../exchange.ts';
import type { ChunkedBody } from './chunked-body.ts';
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
  state: number;
  /** Bytes that the body still has, in `inBody`. */
  remaining: number;
  partial: PartialHead | undefined;
  chunks: ChunkedBody | undefined;
  /** Whose bytes pass now. */
  exchange: Exchange | undefined;
}

/** A direction of which nothing has been seen. */
export function newDirection(): Direction {
  return { state: inHead, remaining: 0, partial: undefined, chunks: undefined, exchange: undefined };
}

import type { ExchangeObserver } from '../exchange.ts';
import type { Http2Tap } from '../http2/http2-tap.ts';
import type { Direction } from './direction.ts';
import { Http1Tap } from './http1-tap.ts';
import type { PartialHead } from './partial-head.ts';

/** Learns where the heads of requests end, in the bytes that a tap looks at. */
export interface RequestHeads {
  /**
   * The head of a request that is followed is complete. Its blank line, of which `blankLine` bytes are the line end, and
   * what stands after it are the last `rest` bytes; a carriage return at their head may have come with earlier ones.
   */
  ended(rest: number, blankLine: 1 | 2): void;
  /** A head is still arriving, and the last byte may be the carriage return of its blank line. */
  mayEnd(): void;
}

/** Follows HTTP/1 and tells where requests' heads end. A class of its own, so that the usual one has nothing to ask. */
export class HeadReportingTap extends Http1Tap {
  private readonly heads: RequestHeads;

  constructor(observer: ExchangeObserver, becomeHttp2: (next: Http2Tap) => void, heads: RequestHeads) {
    super(observer, becomeHttp2);
    this.heads = heads;
  }

  protected override onRequestHead(bytes: Buffer, from: number, end: number): number {
    const at = super.onRequestHead(bytes, from, end);
    if (at === end) {
      const blankLine = bytes[end - 2] === cr ? 2 : 1;
      this.heads.ended(bytes.length - end + blankLine, blankLine);
    }
    return at;
  }

  protected override keep(direction: Direction, partial: PartialHead): void {
    super.keep(direction, partial);
    if (direction.asks && this.opaque === undefined && partial.mayEnd) this.heads.mayEnd();
  }
}

const cr = 13;

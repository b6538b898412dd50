import type { ExchangeObserver, OpaqueReason } from './exchange.ts';
import type { Follower } from './follower.ts';
import { HeadReportingTap, type RequestHeads } from './http1/head-reporting-tap.ts';
import { Http1Tap } from './http1/http1-tap.ts';
import type { Http2Tap } from './http2/http2-tap.ts';

/**
 * Watches both directions of one connection and reports the exchanges on it. It only looks: bytes are forwarded by
 * somebody else, whatever this makes of them. On anything that it does not understand it goes opaque with a reason and
 * looks at nothing further. Every connection begins as HTTP/1; the preface of HTTP/2 reads like the head of a request.
 */
export class HttpTap implements Follower {
  private follower: Http1Tap | Http2Tap;
  private failed = false;

  /** `heads` learns where heads of HTTP/1 requests end. */
  constructor(observer: ExchangeObserver, heads?: RequestHeads) {
    const becomeHttp2 = (http2: Http2Tap) => {
      this.follower = http2;
    };
    this.follower =
      heads === undefined ? new Http1Tap(observer, becomeHttp2) : new HeadReportingTap(observer, becomeHttp2, heads);
  }

  get opaque(): OpaqueReason | undefined {
    return this.failed ? 'parser-error' : this.follower.opaque;
  }

  request(bytes: Buffer): void {
    if (!this.failed) this.follower.request(bytes);
  }

  response(bytes: Buffer): void {
    if (!this.failed) this.follower.response(bytes);
  }

  responseEnd(): void {
    if (!this.failed) this.follower.responseEnd();
  }

  close(): void {
    this.follower.close();
  }

  /** Something in here has thrown: nothing of this connection is looked at any more. */
  fail(): void {
    this.failed = true;
  }
}

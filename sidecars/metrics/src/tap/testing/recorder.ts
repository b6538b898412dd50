import { type Exchange, type ExchangeObserver, methods } from '../exchange.ts';

/** Keeps what a tap reports, as sentences. */
export class Recorder implements ExchangeObserver {
  /** `METHOD path status`, for gRPC with the grpc-status after it, in the order in which they ended. */
  readonly finishedExchanges: string[] = [];
  readonly abandonedExchanges: string[] = [];
  /** Bytes of requests and of responses. */
  readonly bytes: (readonly [request: number, response: number])[] = [];
  open = 0;

  started(): void {
    this.open += 1;
  }

  ended({ protocol, method, path, status, grpcStatus, aborted, requestBytes, responseBytes }: Exchange): void {
    this.open -= 1;
    if (aborted) this.abandonedExchanges.push(`${methods[method]} ${path}`);
    else {
      const outcome = protocol === 'grpc' ? `${status} ${grpcStatus}` : status;
      this.finishedExchanges.push(`${methods[method]} ${path} ${outcome}`);
      this.bytes.push([requestBytes, responseBytes]);
    }
  }
}

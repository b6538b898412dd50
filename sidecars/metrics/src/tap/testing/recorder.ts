import { type Exchange, type ExchangeObserver, methods } from '../exchange.ts';

/** Keeps what a tap reports, as sentences. */
export class Recorder implements ExchangeObserver {
  readonly finishedExchanges: string[] = [];
  readonly abandonedExchanges: string[] = [];
  open = 0;

  started(): void {
    this.open += 1;
  }

  finished({ method, path }: Exchange, status: number): void {
    this.open -= 1;
    this.finishedExchanges.push(`${methods[method]} ${path} ${status}`);
  }

  abandoned({ method, path }: Exchange): void {
    this.open -= 1;
    this.abandonedExchanges.push(`${methods[method]} ${path}`);
  }
}

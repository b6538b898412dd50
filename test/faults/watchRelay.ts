import { LineSplitter } from '../../operator/src/kube/lines.ts';
import type { Exchange } from './exchange.ts';
import type { Step, WatchFault } from './watchFault.ts';

const longestLine = 32 * 1024 * 1024;

/** Passes the events of one watch on, line by line, through a fault. */
export class WatchRelay {
  readonly #exchange: Exchange;
  readonly #fault: WatchFault | undefined;
  readonly #frozen: () => boolean;
  #silent = false;

  /** @param frozen whether all bytes are swallowed at present */
  constructor(exchange: Exchange, fault: WatchFault | undefined, frozen: () => boolean) {
    this.#exchange = exchange;
    this.#fault = fault;
    this.#frozen = frozen;
  }

  /** Runs until either side ends the stream, or the fault does. */
  async run(body: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#take(this.#fault?.opening() ?? [])) return;
    const lines = new LineSplitter(longestLine);
    for await (const chunk of body) {
      for (const line of lines.push(chunk)) {
        if (this.#take((await this.#fault?.next(line)) ?? [{ send: `${line}\n` }])) return;
      }
    }
    if (!this.#silent && !this.#frozen()) this.#exchange.response.end();
  }

  /** Returns whether the stream is over. A silent one stays open until the client leaves it. */
  #take(steps: readonly Step[]): boolean {
    const { response } = this.#exchange;
    for (const step of steps) {
      if ('send' in step) {
        if (!this.#silent && !this.#frozen()) response.write(step.send);
      } else if (step.end === 'silence') this.#silent = true;
      else {
        if (step.end === 'reset') this.#exchange.reset();
        else response.end();
        return true;
      }
    }
    return false;
  }
}

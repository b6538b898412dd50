import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

/** What became of one request. */
export interface Outcome {
  /** What no other request has. */
  readonly line: string;
  /** When it was sent, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly ms: number;
  /** The error's code, or the status where it is no success; undefined for an answer that is one. */
  readonly failure?: string;
}

/** How requests are sent. */
export interface TrafficOptions {
  readonly everyMs: number;
  /** One kept connection instead of a new one per request. */
  readonly keepAlive?: boolean;
  /** Ask the app to write each request's `line`. */
  readonly lines?: boolean;
}

/** A request that hangs has failed. A machine that is busy with other things may take seconds for one. */
const timeoutMs = 60_000;

/** Sends a GET at a steady pace, whether or not the one before was answered, and keeps account of every one. */
export class Traffic {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #timer: NodeJS.Timeout;
  readonly #outcomes: Outcome[] = [];
  readonly #open = new Set<Promise<void>>();
  readonly #id = randomUUID();
  #sent = 0;

  constructor(url: string, { everyMs, keepAlive = false, lines = false }: TrafficOptions) {
    this.#url = lines ? `${url}?line=` : `${url}?`;
    this.#agent = new Agent({ keepAlive, ...(keepAlive && { maxSockets: 1 }) });
    this.#timer = setInterval(() => this.#send(), everyMs);
  }

  /** What has become of the requests so far. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** The requests so far that failed. */
  get failures(): readonly Outcome[] {
    return this.#outcomes.filter(({ failure }) => failure !== undefined);
  }

  /** Sends no more, waits for what is open, and gives back what failed. */
  async stop(): Promise<readonly Outcome[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
    return this.failures;
  }

  #send(): void {
    const line = `${this.#id}-${this.#sent++}`;
    const sent = ask(`${this.#url}${line}`, this.#agent).then((rest) => {
      this.#outcomes.push({ line, ...rest });
      this.#open.delete(sent);
    });
    this.#open.add(sent);
  }
}

function ask(url: string, agent: Agent): Promise<Omit<Outcome, 'line'>> {
  const at = performance.now();
  return new Promise((resolve) => {
    const end = (failure?: string) =>
      resolve({ at, ms: performance.now() - at, ...(failure !== undefined && { failure }) });
    const call = request(url, { agent, timeout: timeoutMs }, (answer) => {
      const { statusCode = 0 } = answer;
      answer.on('end', () => end(statusCode < 400 ? undefined : String(statusCode)));
      answer.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      answer.resume();
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    call.end();
  });
}

/** HTTP to the API server: one JSON call with a deadline, or one open stream. Knows nothing of types of objects. */
import { type Dispatcher, request } from 'undici';
import { systemClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { ApiError, type Status, TransportError } from './errors.ts';
import { gated } from './gatedDispatcher.ts';
import { NotLeaderError, type WriteGate } from './leadership.ts';

/** What is told about each finished call. `outcome` is the HTTP status, or the code of the TransportError. */
export type CallObserver = (method: Method, outcome: string, seconds: number) => void;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Parameters of the URL; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** Of the body; `application/json` where nothing is said. */
  readonly contentType?: string | undefined;
  /** The wanted form of the answer; `application/json` where nothing is said. */
  readonly accept?: string | undefined;
  /** By how much its deadline is longer than that of others. */
  readonly patience?: number | undefined;
  /** Aborts the call: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface TransportOptions {
  readonly userAgent?: string | undefined;
  /** How long the server may take to answer a call, or to begin a stream. */
  readonly deadlineMs?: number | undefined;
  readonly observe?: CallObserver | undefined;
  /** Asked before everything that is no GET. */
  readonly gate?: WriteGate | undefined;
  /** Told the time of the server with each answer, and when the request was made, in monotonic milliseconds. */
  readonly dated?: ((header: string | undefined, asked: number) => void) | undefined;
}

const defaultDeadlineMs = 10_000;

export class Transport {
  readonly #connection: Connection;
  readonly #userAgent: string;
  readonly #deadlineMs: number;
  readonly #observe: CallObserver | undefined;
  readonly #gate: WriteGate | undefined;
  readonly #dated: TransportOptions['dated'];

  constructor(connection: Connection, options: TransportOptions = {}) {
    this.#connection = connection;
    this.#userAgent = options.userAgent ?? 'standpipe';
    this.#deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    this.#observe = options.observe;
    this.#gate = options.gate;
    this.#dated = options.dated;
  }

  /** Makes one call and returns the parsed answer. Throws ApiError or TransportError. */
  async send(call: Call): Promise<unknown> {
    return this.#answered(call, (text) => parse(text, call));
  }

  /** Makes one call and returns the text of the answer, whatever that is. */
  async read(call: Call): Promise<string> {
    return this.#answered(call, (text) => text);
  }

  async #answered<T>(call: Call, of: (text: string) => T): Promise<T> {
    return this.#observed(call, async () => {
      const deadline = new Deadline(systemClock, this.#deadlineMs * (call.patience ?? 1), call.signal);
      try {
        const answer = await this.#request(call, deadline.signal);
        return of(await answer.body.text());
      } catch (error) {
        throw reasonOf(error, call, deadline);
      } finally {
        deadline.release();
      }
    });
  }

  /** Opens a stream and returns its bytes. The deadline holds only until the server begins to answer. */
  async open(call: Call): Promise<AsyncIterable<Uint8Array>> {
    return this.#observed(call, async () => {
      const deadline = new Deadline(systemClock, this.#deadlineMs, call.signal);
      try {
        const answer = await this.#request(call, deadline.signal);
        deadline.met();
        return released(answer.body, deadline);
      } catch (error) {
        deadline.release();
        throw reasonOf(error, call, deadline);
      }
    });
  }

  async #observed<T>(call: Call, action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    let outcome = '200';
    try {
      return await action();
    } catch (error) {
      outcome =
        error instanceof ApiError ? String(error.status) : error instanceof TransportError ? error.code : 'ABORT';
      throw error;
    } finally {
      this.#observe?.(call.method, outcome, (performance.now() - start) / 1000);
    }
  }

  async #request(call: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { dispatcher, headers } = await this.#connection.credentials();
    const gate = call.method === 'GET' ? undefined : this.#gate;
    gate?.check();
    const asked = systemClock.now();
    const answer = await request(`${this.#connection.server}${call.path}${queryString(call.query)}`, {
      dispatcher: gate === undefined ? dispatcher : gated(dispatcher, gate),
      method: call.method,
      headers: {
        ...headers,
        ...bodyHeaders(call),
        accept: call.accept ?? 'application/json',
        'user-agent': this.#userAgent,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal,
      // The deadline's signal is the only clock: undici's own would end every quiet watch after five minutes.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#dated?.(answer.headers.date?.toString(), asked);
    if (answer.statusCode < 400) return answer;
    if (answer.statusCode === 401) this.#connection.forget();
    throw apiErrorFrom(call, answer, await answer.body.text());
  }
}

function bodyHeaders(call: Call): Record<string, string> {
  return call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' };
}

function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function describe(call: Call): string {
  return `${call.method} ${call.path}`;
}

function parse(text: string, call: Call): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TransportError('PROTOCOL', `${describe(call)}: the answer is not JSON`, cause);
  }
}

/** Proxies in front of the server answer with something else than a Status; its first line is then the message. */
function apiErrorFrom(call: Call, answer: Dispatcher.ResponseData, text: string): ApiError {
  let status: Status = {};
  try {
    status = JSON.parse(text) as Status;
  } catch {
    status = { message: text.split('\n', 1)[0]?.slice(0, 200) ?? '' };
  }
  const retryAfter = Number.parseInt(String(answer.headers['retry-after'] ?? ''), 10);
  const http = { status: answer.statusCode, ...(Number.isNaN(retryAfter) ? {} : { retryAfter }) };
  return ApiError.fromStatus(status, describe(call), http);
}

/** The bytes of a stream, which ends the deadline's hold on the caller's signal with it. */
async function* released(body: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    deadline.release();
  }
}

/** What to throw for a call that failed: tells apart the server, the caller's signal, the deadline and the network. */
function reasonOf(error: unknown, call: Call, deadline: Deadline): unknown {
  if (error instanceof ApiError || error instanceof TransportError || error instanceof NotLeaderError) return error;
  if (call.signal?.aborted) return call.signal.reason;
  if (deadline.expired) {
    return new TransportError('DEADLINE', `${describe(call)}: the API server did not answer in time`, error);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TransportError('NETWORK', `${describe(call)}: ${reason}`, error);
}

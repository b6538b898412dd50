import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { LogEntry } from './requestLog.ts';

/** Headers that a client's request keeps on its way. */
const kept = ['authorization', 'accept', 'content-type', 'user-agent'] as const;

/** One request of a client and the answer to it, with what networks can do to both. */
export class Exchange {
  readonly entry: LogEntry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client has gone, or was cut off. */
  readonly gone: AbortSignal;

  constructor(entry: LogEntry, request: IncomingMessage, response: ServerResponse) {
    this.entry = entry;
    this.request = request;
    this.response = response;
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    this.gone = gone.signal;
  }

  /** The headers to forward. */
  headers(): Record<string, string> {
    return Object.fromEntries(kept.flatMap((name) => [[name, this.request.headers[name] ?? '']]).filter(([, v]) => v));
  }

  /** Begins the answer. */
  begin(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.entry.status = status;
    this.response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.response.flushHeaders();
  }

  /** Gives a whole answer, and resolves when the client has it or has gone. */
  async answer(status: number, body: Buffer | string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    this.begin(status, headers);
    await new Promise<void>((resolve) => {
      this.response.on('close', resolve);
      this.response.end(body, resolve);
    });
  }

  /** Breaks the connection off; a plain one by a reset, as a crashed peer does. */
  reset(): void {
    const { socket } = this.request;
    if (socket instanceof TLSSocket) socket.destroy();
    else socket.resetAndDestroy();
  }
}

/** A Status as the API server would send it. */
export function statusBody(code: number, reason: string): string {
  const message = `status ${code} by the fault proxy`;
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

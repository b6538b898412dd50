import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { http } from './http.ts';
import { keepListening, type Listening } from './listen.ts';
import type { Logger } from './log.ts';

/** What a page handler sees of a request. */
export interface PageRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Fires when the reader has gone away. */
  readonly signal: AbortSignal;
}

/** What a page handler answers. A body in parts is written as it comes, waiting for a slow reader. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | AsyncIterable<string>;
}

export type PageHandler = (request: PageRequest) => Page | Promise<Page>;

/** A small read-only HTTP server: GET and HEAD of fixed paths. */
export interface PageServerOptions {
  readonly port: number;
  /** Addresses to try in turn, as for `keepListening`. One loopback address keeps a page inside the pod. */
  readonly hosts?: readonly string[];
  readonly pages: Readonly<Record<string, PageHandler>>;
  readonly log: Logger;
}

/** A page as JSON. */
export function jsonPage(value: unknown, status = 200): Page {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}

/** A page of plain text; the newline at its end is added. */
export function textPage(text: string, status = 200): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}

/** Serves pages; a port that is taken is tried again (see `keepListening`). A handler that fails answers 500. */
export function servePages({ port, hosts, pages, log }: PageServerOptions): Listening {
  // Readers are scrapers and probes: few connections, small heads, no bodies.
  const limits = { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 };
  const server = http.createServer(limits, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handler = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const abort = new AbortController();
    response.on('close', () => abort.abort());
    request.resume();
    answer(request.method ?? '', handler, { path, headers: request.headers, signal: abort.signal })
      .then((page) => write(response, page, request.method === 'HEAD'))
      .catch((error) => {
        if (abort.signal.aborted) return;
        log.error('a page failed', { path, error });
        if (response.headersSent) response.destroy();
        else void write(response, textPage('This page failed; the reason is in the log.', 500), false);
      });
  });
  server.maxConnections = 64;
  const listening = keepListening(server, { port, name: 'pages', log, ...(hosts ? { hosts } : {}) });
  return {
    get listening() {
      return listening.listening;
    },
    get problem() {
      return listening.problem;
    },
    get port() {
      return listening.port;
    },
    stop() {
      listening.stop();
      server.closeIdleConnections();
    },
  };
}

async function answer(method: string, handler: PageHandler | undefined, request: PageRequest): Promise<Page> {
  if (handler === undefined) return textPage('There is no such page.', 404);
  if (method !== 'GET' && method !== 'HEAD') return textPage('Only GET and HEAD are answered here.', 405);
  return await handler(request);
}

async function write(response: ServerResponse, page: Page, headOnly: boolean): Promise<void> {
  response.writeHead(page.status, { 'content-type': page.contentType });
  if (headOnly) {
    response.end();
    return;
  }
  if (typeof page.body === 'string') {
    response.end(page.body);
    return;
  }
  for await (const part of page.body) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, type Log } from './log.ts';

/** An answer: a status, and a body that is sent as JSON unless it is a string. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route is called with: the named parts of its path, and the body's text. */
export interface Call {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly headers: IncomingMessage['headers'];
}

/** One route: `path` may have named parts, as in `/orders/:id`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** A body beyond this is refused with 413. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Callers learn a little later than the pod itself that it is going away: connections are accepted for this long. */
const lameDuckMs = 1000;

/**
 * Serves the routes on `$PORT` (default 8080) of all addresses until SIGTERM; then finishes what is under way, calls
 * `stop` and lets the process end.
 */
export async function serve(
  routes: readonly Route[],
  log: Log,
  stop: () => Promise<void> = async () => {},
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(routes, request)
      .catch((error: unknown) => {
        log.error('request failed', { url: request.url, error: errorText(error) });
        return { status: 500, body: { error: 'internal error' } };
      })
      .then((result) => send(response, result))
      .catch((error: unknown) => log.warn('answer not sent', { error: errorText(error) }));
  });
  const port = Number(process.env.PORT ?? 8080);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  log.info('listening', { port });
  process.once('SIGTERM', () => void shutDown(server, log, stop));
  process.once('SIGINT', () => void shutDown(server, log, stop));
  return server;
}

async function shutDown(server: Server, log: Log, stop: () => Promise<void>): Promise<void> {
  log.info('stopping');
  // Answers from now on leave their connection open for a moment only; idle ones are closed by close().
  server.keepAliveTimeout = 1;
  try {
    await sleep(lameDuckMs);
    await new Promise((resolve) => server.close(resolve));
    await stop();
    log.info('stopped');
  } catch (error) {
    log.error('stopped with an error', { error: errorText(error) });
    process.exitCode = 1;
  }
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://shop');
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const match = new URLPattern({ pathname: route.path }).exec({ pathname: url.pathname });
    if (match === null) continue;
    const body = await readBody(request);
    if (body === undefined) return { status: 413, body: { error: `a body may have ${maxBodyBytes} bytes` } };
    return route.handle({ params: match.pathname.groups, query: url.searchParams, body, headers: request.headers });
  }
  return { status: 404, body: { error: `there is no ${request.method} ${url.pathname}` } };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}

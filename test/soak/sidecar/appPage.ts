import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** Pages of metrics as apps should not serve them. Each scrape gets the next one. */
const pages: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.end(series('app_ordinary_total', 200)),
  (response) => response.end(series(`app_new_each_time_${randomBytes(4).toString('hex')}`, 50)),
  // Other labels each time: nothing of them may stay.
  (response) => response.end(series('app_users', 5000, randomBytes(8).toString('hex'))),
  (response) => response.end(randomBytes(200_000)),
  (response) =>
    response.end('http_server_request_duration_seconds{port="http"} 1\nprocess_cpu_seconds_total nonsense\n\n\n{'),
  (response) => response.end(`app_long{label="${'x'.repeat(1_000_000)}"} 1\n`),
  (response) => {
    response.setHeader('content-encoding', 'gzip');
    const packed = gzipSync(series('app_packed', 2000));
    response.end(Math.random() < 0.5 ? packed : packed.subarray(0, packed.length / 2));
  },
  // Never finished: the sidecar gives up.
  (response) => void response.write('app_slow 1\n'),
  (response) => response.socket?.resetAndDestroy(),
  (response) => {
    response.statusCode = 500;
    response.end('no');
  },
  (response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0');
    response.end('# TYPE a counter\na_total 1 # {trace_id="x"} 1\n');
  },
];

function series(name: string, count: number, label = 'value'): string {
  const lines = Array.from({ length: count }, (_, i) => `${name}{label="${label}-${i}"} ${i}\n`);
  return `# TYPE ${name} gauge\n${lines.join('')}`;
}

let turn = 0;

/** Answers a scrape with a page of another kind than the one before. */
export function answerPage(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.on('error', () => {});
  pages[turn++ % pages.length]?.(response);
}

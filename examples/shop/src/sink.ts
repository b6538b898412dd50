/** A receiver of logs for demonstrations: keeps the last records in memory, answers them by service, prints a count. */
import { gunzipSync } from 'node:zlib';
import { stdoutLog } from './lib/log.ts';
import { type Answer, type Call, serve } from './lib/server.ts';

type LogRecord = Readonly<Record<string, unknown>>;

/** Records kept per service, the newest. */
const maxRecords = 2000;
const printEveryMs = 5000;

const log = stdoutLog('sink');
const records = new Map<string, LogRecord[]>();
const counts = new Map<string, number>();

let printed = '{}';
setInterval(() => {
  const now = JSON.stringify(Object.fromEntries(counts));
  if (now !== printed) log.info('received', { lines: Object.fromEntries(counts) });
  printed = now;
}, printEveryMs).unref();

await serve(
  [
    { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: 'ok\n' }) },
    { method: 'GET', path: '/counts', handle: () => ({ status: 200, body: Object.fromEntries(counts) }) },
    { method: 'GET', path: '/lines', handle: showLines },
    { method: 'POST', path: '/*', handle: receive },
  ],
  log,
);

/** JSON lines, the oldest first: `?service=orders&last=20`. Without `service`: of all services. */
function showLines({ query }: Call): Answer {
  const service = query.get('service');
  const last = Number(query.get('last') ?? maxRecords);
  const chosen = service === null ? [...records.values()].flat() : (records.get(service) ?? []);
  return {
    status: 200,
    body: chosen
      .slice(-last)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
  };
}

/** Takes what HTTP log shippers send: a JSON array, one JSON object, or JSON lines; gzip or plain. */
function receive({ body, headers }: Call): Answer {
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8').trim();
  const received = text.startsWith('[') ? (JSON.parse(text) as LogRecord[]) : text.split('\n').map(parse);
  for (const record of received) keep(record);
  return { status: 200, body: { received: received.length } };
}

function parse(line: string): LogRecord {
  return JSON.parse(line) as LogRecord;
}

function keep(record: LogRecord): void {
  const service = String(record.microservice ?? record.service ?? 'unknown');
  const kept = records.get(service) ?? [];
  kept.push(record);
  if (kept.length > maxRecords) kept.shift();
  records.set(service, kept);
  counts.set(service, (counts.get(service) ?? 0) + 1);
}

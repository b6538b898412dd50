import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../test/cluster/command.ts';

/** What a turn of load has shown. Times are in microseconds. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** The load generators share the second CPU with the upstream: the first one is the proxy's alone. */
const onSecondCpu = ['taskset', '-c', '1'];

const units: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };

function micros(text: string | undefined): number {
  const [, value, unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(text ?? '') ?? [];
  return Number(value) * (units[unit] ?? Number.NaN);
}

function number(pattern: RegExp, output: string, generator: string): number {
  const found = Number(pattern.exec(output)?.[1]);
  if (Number.isNaN(found)) throw new Error(`${generator} says something else than expected: ${output}`);
  return found;
}

/** How `wrk` is to ask. */
export interface Closed {
  readonly connections: number;
  readonly seconds: number;
  readonly script?: string;
  readonly close?: boolean;
}

/** Connections that ask again as soon as they are answered. @throws Error where an answer was none of 200 */
export async function closedLoop(port: number, { connections, seconds, script, close = false }: Closed): Promise<Load> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  if (script !== undefined) options.push('-s', join(import.meta.dirname, script));
  if (close) options.push('-H', 'Connection: close');
  const output = await must([...onSecondCpu, 'wrk', ...options, `http://127.0.0.1:${port}/shop/items`]);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1];
  if (failed !== undefined) throw new Error(`${failed} answers were not 200: ${output}`);
  return {
    requests: number(/(\d+) requests in/, output, 'wrk'),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/, output, 'wrk'),
    p50: micros(/^\s+50%\s+(\S+)$/m.exec(output)?.[1]),
    p99: micros(/^\s+99%\s+(\S+)$/m.exec(output)?.[1]),
  };
}

/** The sorted times in a log of h2load's: one line a request with start, status and microseconds. */
function timesOf(log: string): readonly number[] {
  const rows = readFileSync(log, 'utf8').trim().split('\n');
  const times = rows.map((row) => row.split('\t')).map(([, status, time]) => ({ status, time: Number(time) }));
  const failed = times.filter(({ status }) => status !== '200').length;
  if (failed > 0) throw new Error(`${failed} answers were not 200`);
  return times.map(({ time }) => time).sort((a, b) => a - b);
}

/** A fixed rate over sixteen connections of HTTP/1, whatever the answers do. */
export async function openLoop(port: number, rate: number, seconds: number, folder: string): Promise<Load> {
  const log = join(folder, `h2load-${port}.log`);
  rmSync(log, { force: true });
  const connections = 16;
  const options = ['--h1', '-t1', `-c${connections}`, '--rps', String(rate / connections), '-D', String(seconds)];
  await must([...onSecondCpu, 'h2load', ...options, '--log-file', log, `http://127.0.0.1:${port}/shop/items/7`]);
  const times = timesOf(log);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { requests: times.length, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** HTTP/2 with prior knowledge: eight connections with sixteen streams each. h2load gives no percentiles. */
export async function http2Loop(port: number, seconds: number): Promise<Load> {
  const options = ['-t1', '-c8', '-m16', '-D', String(seconds)];
  const output = await must([...onSecondCpu, 'h2load', ...options, `http://127.0.0.1:${port}/index.html`]);
  const failed = number(/(\d+) failed/, output, 'h2load');
  if (failed > 0) throw new Error(`${failed} requests failed: ${output}`);
  return {
    requests: number(/(\d+) succeeded/, output, 'h2load'),
    perSecond: number(/finished in [\d.]+s, ([\d.]+) req\/s/, output, 'h2load'),
    p50: micros(/^time for request:\s+\S+\s+\S+\s+(\S+)/m.exec(output)?.[1]),
    p99: Number.NaN,
  };
}

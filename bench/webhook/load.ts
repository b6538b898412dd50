import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Files, PinnedServer } from './server.ts';

/** Times in milliseconds. */
interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/** One turn of one server. */
export interface Measured {
  readonly name: string;
  /** Sixteen connections, each of which asks again as soon as it is answered. */
  readonly saturated: Latencies & { readonly perSecond: number; readonly cpuMicros: number };
  /** At a fixed rate. */
  readonly open: Latencies;
}

/** Asks as fast as it is answered. @throws Error where a single answer was no success */
export async function saturate(server: PinnedServer, files: Files, seconds: number): Promise<Measured['saturated']> {
  const before = server.cpuMicros;
  const script = join(import.meta.dirname, 'post.lua');
  const address = `https://127.0.0.1:${server.port}/inject`;
  const {
    requests,
    seconds: took,
    ...latencies
  } = run<{ requests: number; seconds: number } & Latencies>(
    ['wrk', '--threads=1', '--connections=16', `--duration=${seconds}s`, `--script=${script}`, address],
    files,
  );
  return { ...latencies, perSecond: requests / took, cpuMicros: (server.cpuMicros - before) / requests };
}

/** Asks at a fixed rate, in reviews a second. @throws Error where a single answer was no success */
export async function openLoop(server: PinnedServer, files: Files, rate: number, seconds: number): Promise<Latencies> {
  const script = join(import.meta.dirname, 'openLoop.ts');
  return run<Latencies>([process.execPath, script, `${server.port}`, files.review, `${rate}`, `${seconds}`], files);
}

/** Runs a generator on the second CPU; the last line of what it prints is its result. */
function run<T>(command: readonly string[], { review }: Files): T {
  const env = { ...process.env, REVIEW: review };
  const { stdout, stderr, status } = spawnSync('taskset', ['-c', '1', ...command], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T & { readonly failed: number };
  if (result.failed > 0) throw new Error(`${result.failed} reviews were not answered: ${stdout}`);
  return result;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import jsonPatch from 'fast-json-patch';
import type { PodTemplate } from '../../operator/src/inject/template.ts';

/** Paths of what servers and load generators read. */
export interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly review: string;
  readonly additions: string;
}

/** A server as a process that has the first CPU. The load comes from the second one. */
export class PinnedServer {
  readonly name: string;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(name: string, port: number, process: ChildProcess) {
    this.name = name;
    this.port = port;
    this.#process = process;
  }

  /** Starts it and waits until it listens. */
  static async start(name: string, command: readonly string[], files: Files, port: number): Promise<PinnedServer> {
    const args = ['-c', '0', ...command, files.certificate, files.key, String(port), files.additions];
    const server = new PinnedServer(name, port, spawn('taskset', args, { stdio: ['ignore', 'inherit', 'ignore'] }));
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if ((await post(port, '').catch(() => undefined)) !== undefined) return server;
      if (server.#process.exitCode !== null) break;
    }
    throw new Error(`the server ${name} does not listen`);
  }

  /** CPU time of all its threads so far, in microseconds. */
  get cpuMicros(): number {
    const tasks = `/proc/${this.#process.pid}/task`;
    // Nanoseconds on a CPU come first (Linux, Documentation/scheduler/sched-stats.rst).
    const spent = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return spent.reduce((sum, one) => sum + one, 0) / 1000;
  }

  /** The most memory that it had at any time, in MiB. */
  get peakMiB(): number {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || !this.#process.kill('SIGINT')) return;
    await once(this.#process, 'exit');
  }
}

/** Sends the review once and applies the patch: the pod must have both sidecars in front. */
export async function checkInjection({ name, port }: PinnedServer, { review }: Files): Promise<void> {
  const body = readFileSync(review, 'utf8');
  const { response } = JSON.parse(await post(port, body)) as { response?: { patch?: string } };
  const patch = JSON.parse(Buffer.from(response?.patch ?? '', 'base64').toString() || '[]');
  const { spec } = jsonPatch.applyPatch(JSON.parse(body).request.object, patch).newDocument as PodTemplate;
  const found = spec.initContainers?.map((container) => container.name).join(' ');
  if (found !== 'standpipe-logs standpipe-metrics migrate')
    throw new Error(`${name} makes the init containers ${found}`);
}

async function post(port: number, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request({ port, path: '/inject', method: 'POST', headers, rejectUnauthorized: false, agent: false });
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  sent.on('response', resolve).on('error', reject).end(body);
  return text(await promise);
}

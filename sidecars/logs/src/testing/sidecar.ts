import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogsConfig } from '../../../../operator/src/config/logs.ts';
import type { DrainReport } from '../report.ts';
import { freePort, type Sink } from './sink.ts';

/** The Fluent Bit that tests run: the one of the environment, the image's, or the machine's; undefined without any. */
export const fluentBit: string | undefined = [
  process.env.STANDPIPE_FLUENT_BIT ?? '',
  '/fluent-bit/bin/fluent-bit',
  '/usr/local/bin/fluent-bit',
].find((path) => path !== '' && existsSync(path));

/** The user of the image; tests that run as root take it on, so that permissions are those of a pod. */
const uid = process.getuid?.() === 0 ? 10_001 : undefined;

/** How the end went. */
export interface Outcome {
  readonly code: number | null;
  readonly report: DrainReport;
  readonly seconds: number;
}

/** The sidecar as a process of its own, in a directory of its own. */
export interface Sidecar {
  readonly pid: number;
  /** Everything below lies in here. */
  readonly root: string;
  /** The shared directory of the app's files. */
  readonly files: string;
  /** The directory that stands for the pod's own of the node. */
  readonly podLogs: string;
  readonly state: string;
  /** Writes logs.json. */
  configure(config: object | string): void;
  status(): Promise<Status>;
  metrics(): Promise<string>;
  /** Waits until the status satisfies the condition. */
  until(what: string, condition: (status: Status) => boolean): Promise<Status>;
  /** Sends SIGTERM and waits for the end. */
  terminate(): Promise<Outcome>;
  /** The report as it stands. */
  report(): DrainReport;
  /** Kills both processes, as the end of a container by force does. */
  kill(): Promise<void>;
  /** Kills what still runs and removes the directory. */
  dispose(): Promise<void>;
}

/** The parts of `/status` that tests look at. */
export interface Status {
  readonly generation: string | null;
  readonly problems: readonly string[];
  readonly refused: { readonly generation: string; readonly step: string; readonly reason: string } | null;
  readonly fluentBit: {
    readonly state: string;
    readonly pid?: number;
    readonly restarts: number;
    readonly lastExit?: string;
  };
  readonly backlog: { readonly unreadBytes: number; readonly chunks: number; readonly oldestChunkSeconds: number };
}

/** What differs from the image. */
export interface SidecarOptions {
  /** Starts in the directory of one that has ended, as a restarted container does. */
  readonly after?: Sidecar;
  readonly program?: string;
  readonly drainSeconds?: number;
}

/** Starts the sidecar, without a configuration. */
export async function startSidecar(options: SidecarOptions = {}): Promise<Sidecar> {
  const { root, files, podLogs, state, config, terminationLog } = directories(options.after?.root);
  const pagePort = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: {
      STANDPIPE_FLUENT_BIT: options.program ?? fluentBit ?? '',
      STANDPIPE_LOGS_CONFIG: join(config, 'logs.json'),
      STANDPIPE_LOGS_STATE: state,
      STANDPIPE_POD_LOGS: podLogs,
      STANDPIPE_DRAIN_SECONDS: String(options.drainSeconds ?? 20),
      STANDPIPE_TERMINATION_LOG: terminationLog,
      STANDPIPE_LOGS_PORT: String(pagePort),
      STANDPIPE_FLUENT_BIT_PORT: String(await freePort()),
    },
  });
  const output = collect(child);
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  const page = async (path: string) => await (await fetch(`http://127.0.0.1:${pagePort}${path}`)).text();
  const status = async () => JSON.parse(await page('/status')) as Status;
  const report = () => JSON.parse(readFileSync(terminationLog, 'utf8')) as DrainReport;
  const until = async (what: string, condition: (status: Status) => boolean) => {
    for (const end = Date.now() + 20_000; Date.now() < end && child.exitCode === null; await sleep(20)) {
      const now = await status().catch(() => undefined);
      if (now !== undefined && condition(now)) return now;
    }
    throw new Error(`not within 20 s: ${what}\n${output().slice(-4000)}`);
  };
  const kill = async () => {
    const running = child.exitCode === null ? await status().catch(() => undefined) : undefined;
    child.kill('SIGKILL');
    await exited;
    if (running?.fluentBit.pid !== undefined) killIfThere(running.fluentBit.pid);
  };
  return {
    pid: child.pid ?? 0,
    root,
    files,
    podLogs,
    state,
    configure: (value) =>
      writeFileSync(join(config, 'logs.json'), typeof value === 'string' ? value : JSON.stringify(value)),
    status,
    metrics: () => page('/metrics'),
    until,
    async terminate() {
      const startedMs = performance.now();
      child.kill('SIGTERM');
      const code = await exited;
      return { code, report: report(), seconds: (performance.now() - startedMs) / 1000 };
    },
    report,
    kill,
    async dispose() {
      await kill();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Makes the directories that the pod's volumes are, or finds those of an earlier container. */
function directories(earlier: string | undefined) {
  const root = earlier ?? mkdtempSync(join(tmpdir(), 'standpipe-logs-'));
  const at = {
    root,
    files: join(root, 'files'),
    podLogs: join(root, 'pod'),
    state: join(root, 'state'),
    config: join(root, 'config'),
    terminationLog: join(root, 'termination-log'),
  };
  if (earlier !== undefined) return at;
  chmodSync(root, 0o755);
  for (const path of [at.files, at.podLogs, at.state, at.config]) mkdirSync(path);
  writeFileSync(at.terminationLog, '');
  if (uid !== undefined) for (const path of [at.files, at.state, at.terminationLog]) chownSync(path, uid, uid);
  return at;
}

/** A configuration that reads the sidecar's files and sends to the sink, to be varied. */
export function configFor(sidecar: Sidecar, sink: Sink, changes: Partial<LogsConfig> = {}): LogsConfig {
  return {
    generation: 'first',
    source: 'files',
    files: [`${sidecar.files}/*.log`],
    format: 'json',
    sink: { type: 'http', host: '127.0.0.1', port: sink.port, uri: '/', tls: false, verify: false, compress: 'none' },
    buffer: { sizeBytes: 64 * 1024 * 1024, whenFull: 'block' },
    labels: { microservice: 'orders' },
    ...changes,
  };
}

/** Numbered JSON lines of some 200 bytes, from one number up to but without the other. */
export function numbered(from: number, to: number): string {
  let text = '';
  for (let seq = from; seq < to; seq += 1) text += `{"seq":${seq},"text":"${'x'.repeat(180)}"}\n`;
  return text;
}

/** How many of the numbers below `count` the sink never got, and how many it got again. */
export function ledger(sink: Sink, count: number): { readonly lost: number; readonly again: number } {
  const seen = sink.records.map(({ seq }) => seq).filter((seq) => typeof seq === 'number');
  const distinct = new Set(seen);
  return { lost: count - distinct.size, again: seen.length - distinct.size };
}

/** Its output has nobody who reads it any more, so that it may have ended by SIGPIPE already. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-20_000);
  });
  return () => text;
}

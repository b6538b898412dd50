import { type Backoff, createBackoff } from '../../common/src/backoff.ts';
import type { Logger } from '../../common/src/log.ts';
import { type Child, type ChildLine, type Exit, exitText, startChild } from './child.ts';
import { listChunks } from './chunks.ts';
import { createThrottle } from './throttle.ts';

/** What Fluent Bit is started with. */
export interface Launch {
  readonly program: string;
  /** The rendered configuration. */
  readonly configFile: string;
  /** Where the configuration puts its chunks. */
  readonly chunkDir: string;
}

/** A started process and what it found. */
export interface Run {
  readonly child: Child;
  /** Chunks that were there before it; once it is stopping it does not send them any more. */
  readonly inherited: ReadonlySet<string>;
}

/** What can be told about the process. */
export interface KeeperStatus {
  /** `waiting`: nothing to start yet. `restarting`: it ended and is started again after a pause. */
  readonly state: 'waiting' | 'running' | 'restarting';
  readonly pid: number | undefined;
  /** How often it ended without being told to. */
  readonly restarts: number;
  /** How it last ended without being told to. */
  readonly lastExit: string | undefined;
}

/** A process that ran this long has started well: the next crash is a new story. */
const steadyMs = 30_000;

/**
 * Keeps one Fluent Bit running: starts it again in place, with growing pauses, whenever it ends. A container that exits
 * instead would make the pod unready, and the service with it.
 */
export class Keeper {
  readonly #log: Logger;
  readonly #backoff: Backoff = createBackoff({ firstMs: 200, maxMs: 10_000 });
  readonly #say: (line: ChildLine) => void;
  #launch: Launch | undefined;
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restarts = 0;
  #lastExit: string | undefined;
  #released = false;

  constructor(log: Logger) {
    this.#log = log;
    const throttle = createThrottle<ChildLine>({
      most: 20,
      spanMs: 10_000,
      pass: ({ level, text }) => log[level]('Fluent Bit says', { text }),
      heldBack: (count) => log.warn('Fluent Bit said more than is shown', { lines: count }),
    });
    this.#say = (line) => throttle.take(line);
  }

  get status(): KeeperStatus {
    const running = this.#run !== undefined && this.#run.child.pid !== undefined;
    const idle = this.#timer === undefined ? 'waiting' : 'restarting';
    const state = running ? 'running' : idle;
    return { state, pid: this.#run?.child.pid, restarts: this.#restarts, lastExit: this.#lastExit };
  }

  /** What it keeps running; undefined before the first `use`. */
  get launch(): Launch | undefined {
    return this.#launch;
  }

  /**
   * Starts this instead of what runs. The old process is killed, not asked: a position is saved with the lines it stands for,
   * while a polite end forgets rotated files. Does nothing after `release`.
   */
  async use(launch: Launch): Promise<void> {
    if (this.#released) return;
    const old = this.#run?.child;
    this.#run = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#launch = launch;
    this.#backoff.reset();
    if (old !== undefined) {
      old.kill('SIGKILL');
      await old.exit;
    }
    this.#start();
  }

  /** Stops keeping and hands over what runs, if anything does. From now on the caller starts and stops. */
  release(): Run | undefined {
    this.#released = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const run = this.#run;
    this.#run = undefined;
    return run?.child.ended === false ? run : undefined;
  }

  /** Starts a process that nobody keeps. */
  startOnce(launch: Launch): Run {
    const inherited = new Set(chunkPaths(launch.chunkDir));
    const child = startChild({
      program: launch.program,
      args: ['-c', launch.configFile],
      onLine: this.#say,
    });
    return { child, inherited };
  }

  #start(): void {
    if (this.#released || this.#launch === undefined) return;
    this.#timer = undefined;
    const run = this.startOnce(this.#launch);
    this.#run = run;
    void run.child.exit.then((exit) => {
      if (this.#run === run) this.#ended(run, exit);
    });
  }

  #ended({ child }: Run, exit: Exit): void {
    this.#run = undefined;
    if (Date.now() - child.startedMs > steadyMs) this.#backoff.reset();
    const pauseMs = this.#backoff.next();
    const how = exitText(exit);
    // A program that is not there is said once, not with every attempt.
    if (exit.startError === undefined) {
      this.#restarts += 1;
      this.#log.error('Fluent Bit ended by itself and is started again', { how, pauseMs });
    } else if (this.#lastExit !== how) {
      this.#log.error('Fluent Bit could not be started; trying again', { how });
    }
    this.#lastExit = how;
    this.#timer = setTimeout(() => this.#start(), pauseMs);
  }
}

function chunkPaths(chunkDir: string): readonly string[] {
  return listChunks(chunkDir)
    .filter((chunk) => !chunk.rejected)
    .map((chunk) => chunk.path);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { LogGlob } from '../../../operator/src/config/logFiles.ts';
import type { Logger } from '../../common/src/log.ts';
import { type Chunk, listChunks, RecordCounter } from './chunks.ts';
import type { Keeper, Launch, Run } from './keeper.ts';
import { completeLine } from './lineEnd.ts';
import { LineCounter } from './lines.ts';
import { endsWhole, findFiles, type LogFile, type Positions, readPositions, unreadFiles } from './positions.ts';
import type { DrainReason, DrainReport } from './report.ts';

/** What is drained, and how long it may take. */
export interface DrainOptions {
  readonly keeper: Keeper;
  readonly globs: readonly LogGlob[];
  /**
   * Where last lines are completed whose file may not be written. Undefined if the files are not the app's own: then lines
   * are left as they are.
   */
  readonly lineEndDir: string | undefined;
  /** Milliseconds from now to the end, whatever is left. */
  readonly budgetMs: number;
  /** Rejected records that were deleted earlier. */
  readonly discarded: number;
  /**
   * Whether rejected chunks from before the drain count as left. Where the oldest are dropped they do not: a chunk that was
   * being sent when it was dropped is set aside among those that the sink refused, and the two cannot be told apart.
   */
  readonly countsEarlierRejected: boolean;
  /** Called each second, and with the outcome. */
  readonly onReport: (report: DrainReport) => void;
  readonly log: Logger;
}

/** Twice unread nothing, this far apart, is the end: lines that were read are in a chunk by then. */
const pollMs = 50;

/** How long before the end chunks of an earlier process are no longer waited for, at most. */
const lastPartMs = 3000;

/**
 * Drains: waits until every byte has been read and every chunk acknowledged, then reports. On its own Fluent Bit stops reading
 * at SIGTERM, so it gets the signal only when there is nothing left to read; from then on it leaves when its sink has
 * acknowledged everything. Never rejects, never takes longer than its budget (and the time to count what is left).
 *
 *     read all → complete last lines → chunks of earlier processes → SIGTERM → acknowledged → report
 */
export async function drain(options: DrainOptions): Promise<DrainReport> {
  return await new Drain(options).run();
}

class Drain {
  readonly #options: DrainOptions;
  readonly #startedMs = performance.now();
  readonly #lines = new LineCounter();
  readonly #records = new RecordCounter();
  /** The last known position of every file, of whichever process. */
  #known: Positions = new Map();
  readonly #ignored: ReadonlySet<string>;
  /** Files that end in the middle of a line which was completed elsewhere. */
  readonly #completed = new Set<string>();
  #reason: DrainReason | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
    const earlier = options.countsEarlierRejected ? [] : this.#chunks().filter((chunk) => chunk.rejected);
    this.#ignored = new Set(earlier.map(({ path }) => path));
  }

  async run(): Promise<DrainReport> {
    const { keeper, onReport } = this.#options;
    const running = keeper.release();
    if (running !== undefined) this.#learn(running);
    const ticker = setInterval(() => onReport(this.#report(false)), 1000);
    onReport(this.#report(false));
    if (keeper.launch === undefined) this.#reason = 'NoConfiguration';
    else await this.#work(keeper.launch, running);
    clearInterval(ticker);
    const report = this.#report(true);
    onReport(report);
    return report;
  }

  async #work(launch: Launch, running: Run | undefined): Promise<void> {
    let run = running;
    for (let pauseMs = 100; ; pauseMs = Math.min(2000, pauseMs * 2)) {
      run ??= this.#options.keeper.startOnce(launch);
      await this.#readAll(run);
      await this.#deliverInherited(run);
      const startError = await this.#end(run);
      if (startError) this.#reason = 'NoFluentBit';
      if (startError || this.#isEmpty(launch) || this.#leftMs <= pauseMs) return;
      this.#options.log.warn('Fluent Bit ended with lines left and is started again', { leftMs: this.#leftMs });
      await sleep(pauseMs);
      run = undefined;
    }
  }

  /** Returns when everything is read, the process has ended, or the time is up. */
  async #readAll(run: Run): Promise<void> {
    let calm = 0;
    let waitForEnds = 10;
    while (!run.child.ended && this.#leftMs > 0 && calm < 2) {
      const files = findFiles(this.#options.globs);
      const positions = this.#learn(run);
      const allRead = positions !== undefined && unreadFiles(files, positions).length === 0;
      calm = allRead && this.#endsWhole(files, waitForEnds > 0) ? calm + 1 : 0;
      if (allRead) waitForEnds -= 1;
      if (calm < 2) await sleep(pollMs);
    }
  }

  /**
   * Returns the positions of this very process: only they say that everything is read, since a new process may have to read
   * again what an old one had not saved. Undefined if it has none: a process that is ending has closed its files already.
   */
  #learn({ child }: Run): Positions | undefined {
    const positions = child.pid === undefined ? undefined : readPositions(child.pid);
    if (positions === undefined || positions.size === 0) return undefined;
    this.#known = new Map([...this.#known, ...positions]);
    return positions;
  }

  /**
   * Whether no file ends in the middle of a line, or it is time to go on even so. Of an app's own files the line is
   * completed: nobody is left who would. The node's files are only waited for: their writer may be in the middle.
   */
  #endsWhole(files: readonly LogFile[], mayWait: boolean): boolean {
    const cut = this.#cut(files);
    if (cut.length === 0 || !mayWait) return true;
    const { lineEndDir, log } = this.#options;
    if (lineEndDir === undefined) return false;
    for (const file of cut) {
      const outcome = completeLine(file, lineEndDir);
      if (outcome === 'elsewhere') this.#completed.add(file.id);
      if (outcome instanceof Error) log.warn('a last line could not be completed', { path: file.path, error: outcome });
    }
    return false;
  }

  #cut(files: readonly LogFile[]): readonly LogFile[] {
    return files.filter((file) => !this.#completed.has(file.id) && !endsWhole(file));
  }

  /** Waits for chunks that were there before the process: once it is told to end it does not send them any more. */
  async #deliverInherited({ child, inherited }: Run): Promise<void> {
    const reserveMs = Math.min(lastPartMs, this.#options.budgetMs * 0.3);
    while (!child.ended && this.#leftMs > reserveMs) {
      if (!this.#chunks().some(({ path }) => inherited.has(path))) return;
      await sleep(2 * pollMs);
    }
  }

  /** Asks the process to end and waits for it, with force at the end of the time. Returns whether it never started. */
  async #end(run: Run): Promise<boolean> {
    const { child } = run;
    if (!child.ended) child.kill('SIGTERM');
    const force = setTimeout(
      () => {
        // It stands still while its positions are taken, so that no line counts twice or not at all.
        child.kill('SIGSTOP');
        this.#learn(run);
        child.kill('SIGKILL');
      },
      Math.max(0, this.#leftMs),
    );
    const { startError } = await child.exit;
    clearTimeout(force);
    return startError !== undefined;
  }

  #isEmpty({ chunkDir }: Launch): boolean {
    return this.#unread().length === 0 && listChunks(chunkDir).every((chunk) => chunk.rejected);
  }

  get #leftMs(): number {
    return this.#startedMs + this.#options.budgetMs - performance.now();
  }

  #unread() {
    return unreadFiles(findFiles(this.#options.globs), this.#known);
  }

  #chunks(): readonly Chunk[] {
    const launch = this.#options.keeper.launch;
    return launch === undefined ? [] : listChunks(launch.chunkDir);
  }

  #report(isLast: boolean): DrainReport {
    const unread = this.#unread();
    const cut = this.#cut(findFiles(this.#options.globs)).filter(({ id }) => !unread.some((file) => file.id === id));
    const chunks = this.#chunks();
    const unreadLines = this.#lines.total(unread) + cut.length;
    const bufferedRecords = this.#records.total(chunks.filter((chunk) => !chunk.rejected));
    const rejected = chunks.filter((chunk) => chunk.rejected && !this.#ignored.has(chunk.path));
    const discarded = this.#options.countsEarlierRejected ? this.#options.discarded : 0;
    const rejectedRecords = this.#records.total(rejected) + discarded;
    const linesLeft = unreadLines + bufferedRecords + rejectedRecords;
    const reason = this.#reason ?? (unreadLines > 0 ? 'NotRead' : bufferedRecords > 0 ? 'NotDelivered' : 'Rejected');
    const outcome = linesLeft === 0 ? 'complete' : 'incomplete';
    return {
      state: isLast ? outcome : 'draining',
      linesLeft,
      unreadLines,
      bufferedRecords,
      rejectedRecords,
      seconds: Math.round((performance.now() - this.#startedMs) / 100) / 10,
      ...(isLast && linesLeft > 0 ? { reason } : {}),
    };
  }
}

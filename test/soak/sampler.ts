import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorProcess } from './operatorProcess.ts';
import { type Point, type Slope, slopeOf } from './slope.ts';

/** How often memory is read, in milliseconds. */
const everyMs = 10_000;
/** Every how many readings the heap is cleared and read: a whole collection takes the process away from its work. */
const heapEvery = 6;

/** What is measured of each process. */
export type Series = 'rss' | 'heap';

/** Writes the memory of processes into a CSV file while they work. */
export class Sampler {
  readonly #processes: readonly OperatorProcess[];
  readonly #path: string;
  readonly #start = performance.now();
  /** By process and series, those of its present life. */
  readonly #points = new Map<string, Point[]>();
  readonly #pids = new Map<string, number>();

  constructor(processes: readonly OperatorProcess[], path: string) {
    this.#processes = processes;
    this.#path = path;
    writeFileSync(path, 'seconds,process,pid,rss_bytes,heap_bytes_after_gc,cpu_seconds\n');
  }

  /** Samples until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let i = 0; !signal.aborted; i++) {
      for (const process of this.#processes) await this.#sample(process, i % heapEvery === 0);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** The line through the last two thirds of a process's series, or through its last life where that is shorter. */
  slope(process: OperatorProcess, series: Series): Slope {
    return slopeOf(this.#late(process, series));
  }

  /** The first and the last value within the last two thirds, in bytes. */
  ends(process: OperatorProcess, series: Series): readonly [number, number] {
    const late = this.#late(process, series);
    return [late[0]?.[1] ?? 0, late.at(-1)?.[1] ?? 0];
  }

  #late(process: OperatorProcess, series: Series): readonly Point[] {
    const points = this.#points.get(`${process.name}/${series}`) ?? [];
    const from = (points.at(-1)?.[0] ?? 0) / 3;
    return points.filter(([seconds]) => seconds >= from);
  }

  /** A process that is just being started again has no memory to be read. */
  async #sample(process: OperatorProcess, withHeap: boolean): Promise<void> {
    try {
      const seconds = (performance.now() - this.#start) / 1000;
      const rss = process.residentBytes();
      const heap = withHeap ? await process.heapBytes() : undefined;
      if (this.#pids.get(process.name) !== process.pid) {
        this.#pids.set(process.name, process.pid);
        for (const series of ['rss', 'heap']) this.#points.delete(`${process.name}/${series}`);
      }
      this.#note(process, 'rss', [seconds, rss]);
      if (heap !== undefined) this.#note(process, 'heap', [seconds, heap]);
      const row = [seconds.toFixed(1), process.name, process.pid, rss, heap ?? '', process.cpuSeconds().toFixed(2)];
      appendFileSync(this.#path, `${row.join(',')}\n`);
    } catch (error) {
      appendFileSync(this.#path, `# ${process.name}: ${(error as Error).message.replaceAll('\n', ' ')}\n`);
    }
  }

  #note(process: OperatorProcess, series: Series, point: Point): void {
    const key = `${process.name}/${series}`;
    this.#points.set(key, [...(this.#points.get(key) ?? []), point]);
  }
}

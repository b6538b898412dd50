import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Point } from '../slope.ts';
import type { SidecarProcess } from './sidecarProcess.ts';

/** What is read of the sidecar once a second. Sizes are in bytes, times in milliseconds. */
export const series = ['anonymous', 'heap', 'external', 'files', 'utilization', 'delayP99', 'delayMax'] as const;
export type Series = (typeof series)[number];

/** Reads the sidecar's figures while it works, and keeps them in a CSV file too. */
export class Sampler {
  readonly points: Readonly<Record<Series, Point[]>> = {
    anonymous: [],
    heap: [],
    external: [],
    files: [],
    utilization: [],
    delayP99: [],
    delayMax: [],
  };
  readonly #sidecar: SidecarProcess;
  readonly #path: string;
  readonly #start = performance.now();

  constructor(sidecar: SidecarProcess, path: string) {
    this.#sidecar = sidecar;
    this.#path = path;
    writeFileSync(path, `seconds,${series.join(',')}\n`);
  }

  /** Reads once a second until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#sidecar.hasEnded) {
      const seconds = (performance.now() - this.#start) / 1000;
      const inside = await this.#sidecar.look();
      const read = { ...inside, anonymous: this.#sidecar.anonymousBytes, files: this.#sidecar.openFiles };
      for (const name of series) this.points[name].push([seconds, read[name]]);
      const row = [seconds.toFixed(1), ...series.map((name) => Number(read[name].toFixed(3)))];
      appendFileSync(this.#path, `${row.join(',')}\n`);
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

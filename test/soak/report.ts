import type { Fate } from './auditor.ts';
import type { OperatorProcess } from './operatorProcess.ts';
import type { Sampler, Series } from './sampler.ts';
import type { Slope } from './slope.ts';

/** How the memory of one process went. */
export interface Memory {
  readonly process: string;
  readonly series: Series;
  readonly ends: readonly [number, number];
  readonly slope: Slope;
  /** In bytes an hour: more than this, beyond the error of the measurement, is a leak. Absent where nothing is judged. */
  readonly limit?: number;
  readonly cpuSeconds: number;
}

/** What a run came to. */
export interface Outcome {
  readonly minutes: number;
  readonly changes: ReadonlyMap<string, number>;
  readonly disturbances: ReadonlyMap<string, number>;
  readonly fates: Readonly<Record<Fate, number>>;
  /** How often the API server admitted a pod, or a trial pod, without the webhook's answer. */
  readonly failedOpen: number;
  readonly lags: readonly number[];
  /** Undefined where it did not converge in time. */
  readonly convergenceSeconds: number | undefined;
  readonly writesAtRest: readonly string[];
  /** How often the controller lost the lead, and was started again. */
  readonly leadsLost: number;
  readonly memory: readonly Memory[];
  /** What must not have happened; the run has passed where there is none. */
  readonly breaches: readonly string[];
}

const mebibyte = 1024 * 1024;

/** Growth in an hour, in bytes: the heap holds what is remembered, the rest of the process is the engine's to use. */
const limits: Readonly<Record<Series, number>> = { heap: 2 * mebibyte, rss: 10 * mebibyte };

/** Shorter series see the engine warm up, and no leak. In minutes. */
const judgedFromMinutes = 20;

/** Draws the lines through the memory of those processes that live through the run: the first two. */
export function memoryOf(processes: readonly OperatorProcess[], sampler: Sampler): Memory[] {
  return processes.slice(0, 2).flatMap((process) =>
    (['heap', 'rss'] as const).map((series) => {
      const slope = sampler.slope(process, series);
      const limit = slope.seconds < judgedFromMinutes * 60 ? {} : { limit: limits[series] };
      const cpuSeconds = process.cpuSeconds();
      return { process: process.name, series, ends: sampler.ends(process, series), slope, ...limit, cpuSeconds };
    }),
  );
}

/** Whether memory grows for sure. */
function leaks({ slope, limit }: Memory): boolean {
  return limit !== undefined && slope.perHour - 2 * slope.error > limit;
}

/** All breaches, those of memory among them. */
export function allBreaches({ breaches, memory }: Outcome): readonly string[] {
  const leaking = memory.filter(leaks).map(({ process, series, slope }) => {
    return `${series} of the ${process} grows by ${mib(slope.perHour)} MiB an hour`;
  });
  return [...breaches, ...leaking];
}

/** The report as a table of Markdown, which a terminal shows well enough. */
export function report(outcome: Outcome): string {
  const { fates, lags, convergenceSeconds, writesAtRest, leadsLost, memory, changes, disturbances } = outcome;
  const rows: [string, string][] = [
    ['minutes of churn', String(outcome.minutes)],
    ['changes', counted(changes)],
    ['disturbances', counted(disturbances)],
    ...Object.entries(fates).map(([fate, count]): [string, string] => [`labelled pods: ${fate}`, String(count)]),
    [
      'status follows a change, seconds (median, 99 %, longest)',
      [0.5, 0.99, 1].map((q) => quantile(lags, q)).join(', '),
    ],
    ['converged after, seconds', convergenceSeconds?.toFixed(1) ?? 'not in time'],
    ['writes within a minute at rest', writesAtRest.length === 0 ? '0' : writesAtRest.join(', ')],
    ['lead lost, by a controller that was then started again', String(leadsLost)],
    ...memory.map((one): [string, string] => [`${one.process}: ${nameOf(one.series)}`, memoryText(one)]),
    ...memory
      .filter(({ series }) => series === 'rss')
      .map((one): [string, string] => [`${one.process}: CPU seconds`, one.cpuSeconds.toFixed(0)]),
    ['breaches', String(allBreaches(outcome).length)],
  ];
  return ['| what | outcome |', '| --- | --- |', ...rows.map(([what, value]) => `| ${what} | ${value} |`)].join('\n');
}

function nameOf(series: Series): string {
  return series === 'heap' ? 'heap after collection' : 'resident memory';
}

function memoryText({ ends, slope, limit }: Memory): string {
  const line = `${mib(ends[0])} to ${mib(ends[1])} MiB, ${mib(slope.perHour)} ± ${mib(2 * slope.error)} MiB an hour`;
  return limit === undefined ? `${line} (too short to judge)` : `${line} (limit ${mib(limit)})`;
}

function counted(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${total} (${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')})`;
}

function quantile(values: readonly number[], q: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN).toFixed(2);
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(1);
}

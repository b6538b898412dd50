import { slopeOf } from '../slope.ts';
import type { Rest } from './rest.ts';
import { type Series, series } from './sampler.ts';
import type { SidecarOutcome } from './soak.ts';

/** Bytes by which what is left at rest may grow from the first third to the last: more than that is a leak. */
const restLimits = { heap: 1e6, external: 1e6, anonymous: 5e6 } as const;

/** Growth under load in bytes an hour, beyond twice the standard error of the slope. */
const slopeLimits: Partial<Record<Series, number>> = { anonymous: 20e6, heap: 6e6, external: 6e6 };

/** Shorter runs see the engine warm up, and no leak of memory. In minutes. */
const judgedFromMinutes = 15;

/** All breaches, those of memory and of open files among them. */
export function allSidecarBreaches(outcome: SidecarOutcome): readonly string[] {
  const { breaches, rests, minutes } = outcome;
  const growth = minutes < judgedFromMinutes ? [] : [...memoryBreaches(rests), ...slopeBreaches(outcome)];
  return [...breaches, ...keptBreaches(rests), ...growth];
}

/** Of the first third and of the last. */
function ends(rests: readonly Rest[]): readonly [Rest, Rest] {
  const [first, last] = [rests[1], rests.at(-1)];
  if (first === undefined || last === undefined || rests.length < 3) throw new Error('there are no thirds to compare');
  return [first, last];
}

/** Files, sockets and timers that have come and not gone. */
function keptBreaches(rests: readonly Rest[]): string[] {
  const [first, last] = ends(rests);
  const before: Readonly<Record<string, number>> = { ...first.resources, 'open files': first.files };
  return Object.entries({ ...last.resources, 'open files': last.files }).flatMap(([what, count]) => {
    const more = count - (before[what] ?? 0);
    // Requests to the kernel come and go at any moment.
    return more > 0 && !/^FS|Req$/.test(what) ? [`${more} more ${what} than after the first third`] : [];
  });
}

function memoryBreaches(rests: readonly Rest[]): string[] {
  const [first, last] = ends(rests);
  return Object.entries(restLimits).flatMap(([key, limit]) => {
    const name = key as keyof typeof restLimits;
    const more = last[name] - first[name];
    return more > limit ? [`${name} at rest has grown by ${megabytes(more)} MB since the first third`] : [];
  });
}

function slopeBreaches({ sampler }: SidecarOutcome): string[] {
  return Object.entries(slopeLimits).flatMap(([name, limit]) => {
    const { perHour, error } = slopeOf(lastTwoThirds(sampler.points[name as Series]));
    return perHour - 2 * error <= limit ? [] : [`${name} under load grows by ${megabytes(perHour)} MB an hour`];
  });
}

function lastTwoThirds<T>(points: readonly T[]): readonly T[] {
  return points.slice(Math.floor(points.length / 3));
}

/** The report as tables of Markdown. */
export function sidecarReport(outcome: SidecarOutcome): string {
  const { minutes, uses, exchanges, sampler, rests } = outcome;
  const total = [...uses.values()].reduce((sum, count) => sum + count, 0);
  const load = series.map((name) => {
    const points = sampler.points[name];
    const third = Math.ceil(points.length / 3);
    const parts = [0, 1, 2].map((i) => points.slice(i * third, (i + 1) * third).map(([, value]) => value));
    const { perHour, error } = slopeOf(lastTwoThirds(points));
    const shown = (value: number): string => (isSize(name) ? megabytes(value) : value.toFixed(2));
    const most = Math.max(...points.map(([, value]) => value));
    return `| ${name}${isSize(name) ? ', MB' : ''} | ${parts.map((part) => shown(median(part))).join(' | ')} | ${shown(most)} | ${shown(perHour)} ± ${shown(2 * error)} |`;
  });
  const still = (['heap', 'external', 'anonymous', 'files'] as const).map((name) => {
    const values = rests.map((at) => (isSize(name) ? megabytes(at[name]) : String(at[name])));
    return `| ${name}${isSize(name) ? ', MB' : ''} | ${values.join(' | ')} |`;
  });
  return [
    `${minutes} minutes, ${total} uses: ${[...uses].map(([name, count]) => `${name} ${count}`).join(', ')}.`,
    `${exchanges} requests and calls answered in full.`,
    '',
    '| under load | first third | second | last | most | slope an hour over the last two thirds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...load,
    '',
    `| at rest | warm-up | ${rests
      .slice(1)
      .map((_, i) => `third ${i + 1}`)
      .join(' | ')} |`,
    `| --- |${rests.map(() => ' --- |').join('')}`,
    ...still,
    '',
    `what keeps the event loop going at rest: ${JSON.stringify(rests.at(-1)?.resources)}`,
  ].join('\n');
}

function isSize(name: string): boolean {
  return name === 'anonymous' || name === 'heap' || name === 'external';
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

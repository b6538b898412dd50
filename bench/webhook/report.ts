import type { Measured } from './load.ts';
import type { PinnedServer } from './server.ts';

const columns: readonly (readonly [string, number, (measured: Measured) => number])[] = [
  ['reviews/s', 0, ({ saturated }) => saturated.perSecond],
  ['CPU µs', 0, ({ saturated }) => saturated.cpuMicros],
  ['p50 ms', 2, ({ saturated }) => saturated.p50],
  ['p99 ms', 2, ({ saturated }) => saturated.p99],
  ['open p50 ms', 2, ({ open }) => open.p50],
  ['open p99 ms', 2, ({ open }) => open.p99],
];

/** Medians with their range over the rounds, and the first server's medians by each other's, as a Markdown table. */
export function table(measured: readonly Measured[], servers: readonly PinnedServer[]): string {
  const rows = servers.map(({ name, peakMiB }) => {
    const mine = measured.filter((one) => one.name === name);
    const cells = columns.map(([, digits, value]) => {
      const sorted = mine.map(value).sort((a, b) => a - b);
      const [low, middle, high] = [sorted[0], median(sorted), sorted.at(-1)].map((each) => each?.toFixed(digits));
      return `${middle} (${low}–${high})`;
    });
    return [name, ...cells, `${Math.round(peakMiB)} MiB`];
  });
  const [first, ...others] = servers.map(({ name }) => name);
  const ratios = others.map((other) => {
    const of = (name: string | undefined, value: (measured: Measured) => number) =>
      median(measured.filter((one) => one.name === name).map(value));
    return [
      `${first} / ${other}`,
      ...columns.map(([, , value]) => (of(first, value) / of(other, value)).toFixed(2)),
      '',
    ];
  });
  const head = ['', ...columns.map(([title]) => title), 'peak memory'];
  return [head, head.map(() => '---'), ...rows, ...ratios].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

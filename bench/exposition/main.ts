/**
 * Writes a page of so many series with the sidecar's own code and with prom-client, in turns in one process, and tells how
 * long each took and for how long at most nothing else could run.
 *
 *     node bench/exposition/main.ts [--series 20000] [--rounds 9]
 */
import { parseArgs } from 'node:util';
import { Histogram as PromHistogram, Registry } from 'prom-client';
import { renderPage } from '../../sidecars/common/src/render.ts';
import { fitBudget } from '../../sidecars/metrics/src/exposition/budget.ts';
import { mergePages } from '../../sidecars/metrics/src/exposition/merge.ts';
import { durationBounds, seriesOf } from '../../sidecars/metrics/src/inbound/histogram.ts';
import { DrawnRows, newRow } from '../../sidecars/metrics/src/inbound/row.ts';

const { values } = parseArgs({
  options: { series: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '9' } },
});
const [series, rounds] = [Number(values.series), Number(values.rounds)];

const name = 'http_server_request_duration_seconds';
const labelNames = ['port', 'http_request_method', 'http_route', 'http_response_status_code'] as const;
const labelsOf = (i: number) => ['http', 'GET', `/shop/items/route-${i}`, '200'] as const;
const count = Math.floor(series / seriesOf(durationBounds));

const rows = Array.from({ length: count }, (_, i) => {
  const row = newRow(labelNames.map((label, place) => [label, labelsOf(i)[place] ?? ''] as const));
  return row;
});
const registry = new Registry();
const peer = new PromHistogram({ name, help: 'h', labelNames, buckets: [...durationBounds], registers: [registry] });

/** Every row has changed since the page was written before: the worst case. */
function observe(): void {
  for (const [i, { histogram }] of rows.entries()) {
    const value = Math.random() * 12;
    histogram.observe(value);
    peer.labels(...labelsOf(i)).observe(value);
  }
}

/** What a page costs. */
interface Cost {
  readonly milliseconds: number;
  /** The longest stretch of it without a break, in milliseconds. */
  readonly stall: number;
  readonly bytes: number;
}

/** The sidecar's way: in parts, with room for others after each. */
async function own(): Promise<Cost> {
  let [stall, bytes, spent] = [0, 0, 0];
  let since = performance.now();
  const lap = (): void => {
    const took = performance.now() - since;
    stall = Math.max(stall, took);
    spent += took;
  };
  const drawn = new DrawnRows(name, rows, 'http_route');
  const family = { name, type: 'histogram', help: 'h', samples: [], drawn } as const;
  const { families } = fitBudget(mergePages([family], []), series + 1000, 0);
  for (const part of renderPage(families, 'text')) {
    bytes += Buffer.from(part).length;
    lap();
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  lap();
  return { milliseconds: spent, stall, bytes };
}

async function promClient(): Promise<Cost> {
  const start = performance.now();
  const page = Buffer.from(await registry.metrics());
  const milliseconds = performance.now() - start;
  return { milliseconds, stall: milliseconds, bytes: page.length };
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
const costs: { own: Cost[]; promClient: Cost[] } = { own: [], promClient: [] };
for (let round = -2; round < rounds; round += 1) {
  observe();
  const [first, second] = [await own(), await promClient()];
  if (round < 0) continue; // The compiler is still at work.
  costs.own.push(first);
  costs.promClient.push(second);
}
const of = (list: readonly Cost[], key: keyof Cost): number => median(list.map((cost) => cost[key]));
console.log(`${count * seriesOf(durationBounds)} series, ${rounds} rounds, medians`);
for (const [label, list] of Object.entries(costs)) {
  console.log(
    `${label.padEnd(12)} ${of(list, 'milliseconds').toFixed(1)} ms, longest stall ${of(list, 'stall').toFixed(1)} ms, ${of(list, 'bytes')} bytes`,
  );
}
const ratio = of(costs.promClient, 'milliseconds') / of(costs.own, 'milliseconds');
console.log(`prom-client takes ${ratio.toFixed(1)} times as long`);

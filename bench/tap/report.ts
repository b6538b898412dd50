import type { Footprint, Start } from './idle.ts';
import type { Peer } from './peers.ts';
import type { Turn } from './stage.ts';
import { median } from './statistics.ts';

/** Everything that one run has measured. */
export interface Results {
  readonly machine: {
    readonly cpu: string;
    readonly node: string;
    readonly loadBefore: number;
    readonly loadAfter: number;
  };
  readonly turns: Readonly<Record<string, readonly Turn[]>>;
  readonly footprints: readonly Footprint[];
  readonly starts: readonly Start[];
}

type Value = (turn: Turn) => number | undefined;

const rate: Value = ({ perSecond }) => perSecond;
const cpu: Value = ({ cpuMicros }) => cpuMicros;

/** The median over rounds of a peer's value by another's of the same round: what disturbs a round falls on both. */
export function ratio(turns: readonly Turn[], value: Value, of: Peer, by: Peer): number {
  const mine = turns.filter(({ peer }) => peer === of);
  return median(
    mine.map((turn) => {
      const other = turns.find(({ peer, round }) => peer === by && round === turn.round);
      return (value(turn) ?? Number.NaN) / ((other && value(other)) ?? Number.NaN);
    }),
  );
}

const middle = (turns: readonly Turn[], peer: Peer, value: Value): number =>
  median(turns.filter((turn) => turn.peer === peer).map(value));

const shown = (value: number, digits: number): string => (Number.isNaN(value) ? '' : value.toFixed(digits));

function rows(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Medians of a scenario as a Markdown table, with ratios to `base`. */
export function scenarioTable(turns: readonly Turn[], base: Peer = 'haproxy'): string {
  const peers = [...new Set(turns.map(({ peer }) => peer))];
  const head = ['', 'requests/s', `by ${base}`, 'p50 µs', 'p99 µs', 'CPU µs', `by ${base}`, 'anonymous MB'];
  const body = peers.map((peer) => [
    peer,
    shown(middle(turns, peer, rate), 0),
    shown(ratio(turns, rate, peer, base), 3),
    shown(
      middle(turns, peer, ({ p50 }) => p50),
      0,
    ),
    shown(
      middle(turns, peer, ({ p99 }) => p99),
      0,
    ),
    shown(middle(turns, peer, cpu), 1),
    shown(ratio(turns, cpu, peer, base), 3),
    shown(
      middle(turns, peer, ({ anonymousMB }) => anonymousMB),
      1,
    ),
  ]);
  return rows([head, head.map(() => '---'), ...body]);
}

/** What is wanted of a number. */
interface Goal {
  readonly name: string;
  readonly wanted: number;
  readonly atLeast: boolean;
  readonly found: (results: Results) => number;
}

const turnsOf = ({ turns }: Results, scenario: string): readonly Turn[] => turns[scenario] ?? [];

const byHaproxy = (scenario: string, value: Value) => (results: Results) =>
  ratio(turnsOf(results, scenario), value, 'sidecar', 'haproxy');

/** The median that a proxy adds to what is measured without one, by what haproxy adds. */
function addedLatency(results: Results): number {
  const turns = turnsOf(results, 'open');
  const added = (peer: Peer): number =>
    median(
      turns
        .filter((turn) => turn.peer === peer)
        .map(
          ({ round, p50 }) =>
            p50 - (turns.find((turn) => turn.peer === 'direct' && turn.round === round)?.p50 ?? Number.NaN),
        ),
    );
  return added('sidecar') / added('haproxy');
}

const memory = (value: (footprint: Footprint) => number) => (results: Results) =>
  median(results.footprints.filter(({ peer }) => peer === 'sidecar').map(value));

const goals: readonly Goal[] = [
  { name: 'realistic: requests/s by haproxy', wanted: 0.95, atLeast: true, found: byHaproxy('realistic', rate) },
  { name: 'realistic: CPU by haproxy', wanted: 1.05, atLeast: false, found: byHaproxy('realistic', cpu) },
  {
    name: 'realistic: requests/s by nginx',
    wanted: 1,
    atLeast: true,
    found: (results) => ratio(turnsOf(results, 'realistic'), rate, 'sidecar', 'nginx'),
  },
  { name: 'minimal: requests/s by haproxy', wanted: 0.9, atLeast: true, found: byHaproxy('minimal', rate) },
  { name: 'open: added median by haproxy', wanted: 1.2, atLeast: false, found: addedLatency },
  { name: 'many: p99 by haproxy', wanted: 1.2, atLeast: false, found: byHaproxy('many', ({ p99 }) => p99) },
  { name: 'churn: requests/s by haproxy', wanted: 0.5, atLeast: true, found: byHaproxy('churn', rate) },
  { name: 'http2: requests/s by haproxy', wanted: 1.1, atLeast: true, found: byHaproxy('http2', rate) },
  {
    name: 'app: requests/s by direct',
    wanted: 0.97,
    atLeast: true,
    found: (results) => ratio(turnsOf(results, 'app'), rate, 'sidecar', 'direct'),
  },
  { name: 'anonymous MB idle', wanted: 15, atLeast: false, found: memory(({ idleMB }) => idleMB) },
  { name: 'anonymous MB saturated', wanted: 20, atLeast: false, found: memory(({ saturatedMB }) => saturatedMB) },
  {
    name: 'start by `node -e 0`',
    wanted: 2.2,
    atLeast: false,
    found: ({ starts }) => median(starts.map(({ bareMs, sidecarMs }) => sidecarMs / bareMs)),
  },
];

/** The goals and by how much each is met or missed, as a Markdown table. */
export function goalTable(results: Results): string {
  const measured = goals.map((goal) => ({ ...goal, value: goal.found(results) }));
  const body = measured
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ name, wanted, atLeast, value }) => {
      const met = atLeast ? value >= wanted : value <= wanted;
      const missedBy = Math.abs(value / wanted - 1) * 100;
      return [
        name,
        `${atLeast ? '≥' : '≤'} ${wanted}`,
        value.toFixed(3),
        met ? 'met' : `missed by ${missedBy.toFixed(1)} %`,
      ];
    });
  return body.length === 0 ? '' : rows([['goal', 'wanted', 'found', ''], ['---', '---', '---', '---'], ...body]);
}

/** Memory and start-up as Markdown. */
export function idleTables({ footprints, starts }: Results): string {
  const peers = [...new Set(footprints.map(({ peer }) => peer))];
  const of = (peer: Peer, value: (footprint: Footprint) => number): string =>
    shown(median(footprints.filter((each) => each.peer === peer).map(value)), 1);
  const body = peers.map((peer) => [
    peer,
    of(peer, ({ idleMB }) => idleMB),
    of(peer, ({ saturatedMB }) => saturatedMB),
  ]);
  const memoryTable =
    peers.length === 0 ? '' : rows([['anonymous MB', 'idle', 'saturated'], ['---', '---', '---'], ...body]);
  if (starts.length === 0) return memoryTable;
  const [bareMs, sidecarMs] = [median(starts.map((each) => each.bareMs)), median(starts.map((each) => each.sidecarMs))];
  return `${memoryTable}\n\`node -e 0\` ${bareMs.toFixed(0)} ms, sidecar until it takes connections ${sidecarMs.toFixed(0)} ms\n`;
}

/**
 * Turns measurements into a table and a picture:
 * `node bench/operator/report.ts results.json picture.svg` prints the table and writes the picture.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Results, Stage } from './inside.ts';
import type { Pass } from './stages.ts';

const millions = (bytes: number): string => String(Math.round(bytes / 1e6));
const fixed = (value: number, digits = 1): string => value.toFixed(digits);
const writes = (calls: Readonly<Record<string, number>>): number =>
  Object.entries(calls).reduce((sum, [method, count]) => (method === 'GET' ? sum : sum + count), 0);

/** How much of the pass's time the API server and the database worked, in seconds of CPU. */
const serverCpu = ({ cpu }: Pass): number => (cpu['kube-apiserver'] ?? 0) + (cpu.etcd ?? 0);

interface Row {
  readonly label: string;
  readonly of: (stage: Stage) => string;
}

function passRows(name: string, pass: (stage: Stage) => Pass | null, count: (stage: Stage) => number): readonly Row[] {
  const row = (label: string, of: (pass: Pass, stage: Stage) => string): Row => ({
    label,
    of: (stage) => {
      const measured = pass(stage);
      return measured === null ? '' : of(measured, stage);
    },
  });
  return [
    row(`**${name}**, seconds`, ({ passSeconds }) => fixed(passSeconds)),
    row('… Microservices a second', ({ passSeconds }, stage) => fixed(count(stage) / passSeconds, 0)),
    row('… attempts', ({ reconciles }) => String(reconciles)),
    row('… reads, writes', ({ calls }) => `${calls.GET}, ${writes(calls)}`),
    row('… CPU s: operator', ({ cpu }) => fixed(cpu.operator ?? 0)),
    row('… CPU s: API server and etcd', (measured) => fixed(serverCpu(measured))),
    row('… CPU s: controller manager', ({ cpu }) => fixed(cpu['kube-controller-manager'] ?? 0)),
  ];
}

const rows: readonly Row[] = [
  ...passRows(
    'first pass, nothing to do',
    ({ idle }) => idle,
    ({ microservices }) => microservices,
  ),
  { label: 'until caches are filled, s', of: ({ idle }) => fixed(idle.syncSeconds) },
  {
    label: 'event loop held up, filling / working, ms',
    of: ({ idle }) => `${fixed(idle.loopMaxMs.sync, 0)} / ${fixed(idle.loopMaxMs.pass, 0)}`,
  },
  { label: 'heap after collection, MB', of: ({ idle }) => millions(idle.heapBytes) },
  {
    label: 'resident, now / at most, MB',
    of: ({ idle }) => `${millions(idle.residentBytes.now)} / ${millions(idle.residentBytes.most)}`,
  },
  { label: 'writes at rest', of: ({ rest }) => `${writes(rest.calls)} in ${rest.seconds} s` },
  { label: 'keys of the database written at rest, by anybody', of: ({ rest }) => String(rest.written.length) },
  ...passRows(
    'first pass that creates',
    ({ creating }) => creating,
    ({ creating }) => creating?.created ?? 0,
  ),
];

function table({ stages }: Results): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = stages.map(({ microservices, pods }) => `${microservices} Microservices, ${pods} pods`);
  return [
    line(['', ...head]),
    line(['', ...head].map(() => '---')),
    ...rows.map(({ label, of }) => line([label, ...stages.map(of)])),
  ].join('\n');
}

const [width, height, margin] = [640, 300, 56];

/** Seconds and megabytes over the number of Microservices, both axes logarithmic: a straight line at 45° is linear growth. */
function picture({ stages, machine, date }: Results): string {
  const series: readonly (readonly [label: string, color: string, of: (stage: Stage) => number | undefined])[] = [
    ['first pass, nothing to do (s)', '#1f77b4', ({ idle }) => idle.passSeconds],
    ['until caches are filled (s)', '#9467bd', ({ idle }) => idle.syncSeconds],
    ['first pass that creates (s)', '#d62728', ({ creating }) => creating?.passSeconds],
    ['heap (MB)', '#2ca02c', ({ idle }) => idle.heapBytes / 1e6],
  ];
  const all = series.flatMap(([, , of]) => stages.flatMap((stage) => of(stage) ?? []));
  const sizes = stages.map(({ microservices }) => microservices);
  const scale = (low: number, high: number, from: number, to: number) => (value: number) =>
    from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from);
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = scale(Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes)), margin, width - 220);
  const y = scale(low, high, height - 40, 20);
  const lines = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(
    (value) =>
      `<path d="M${margin} ${fixed(y(value))}H${width - 220}" stroke="#ddd"/><text x="${margin - 6}" y="${fixed(y(value) + 4)}" text-anchor="end">${value}</text>`,
  );
  const ticks = sizes.map(
    (size) => `<text x="${fixed(x(size))}" y="${height - 22}" text-anchor="middle">${size}</text>`,
  );
  const curves = series.map(([label, color, of], i) => {
    const points = stages.flatMap((stage) => {
      const value = of(stage);
      return value === undefined ? [] : [`${fixed(x(stage.microservices))},${fixed(y(value))}`];
    });
    const dots = points.map((point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3"/>`);
    return `<g fill="${color}"><polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}<text x="${width - 205}" y="${40 + i * 20}">${label}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...lines, ...ticks, ...curves].join('\n')}
<text x="${(margin + width - 220) / 2}" y="${height - 6}" text-anchor="middle">Microservices, three pods each (${date}, ${machine})</text>
</svg>
`;
}

const [input = '', output] = process.argv.slice(2);
const results = JSON.parse(readFileSync(input, 'utf8')) as Results;
process.stdout.write(`${results.date}, ${results.machine}\n\n${table(results)}\n`);
if (output !== undefined) writeFileSync(output, picture(results));

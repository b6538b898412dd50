import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Footprint, footprints, type Start, starts } from './idle.ts';
import { prepare } from './programs.ts';
import { goalTable, idleTables, type Results, scenarioTable } from './report.ts';
import { scenarios } from './scenarios.ts';
import { play, type Turn } from './stage.ts';

const names = [...Object.keys(scenarios), 'memory', 'start'];
const usage = `usage: node bench/tap/main.ts [options]

  --scenario NAME  one of ${names.join(', ')}; can be given often; all by default
  --rounds 5       how often each peer is measured, in turns
  --seconds 2      how long a turn takes; some scenarios take twice as long
  --out PATH       writes PATH.json and PATH.md besides
`;

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

async function measure(chosen: readonly string[], folder: string): Promise<Results> {
  const extent = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  const programs = await prepare(folder);
  const loadBefore = load();
  const turns: Record<string, Turn[]> = {};
  const idle: { footprints: Footprint[]; starts: Start[] } = { footprints: [], starts: [] };
  for (const name of chosen) {
    const scenario = scenarios[name];
    process.stderr.write(`${name}: ${scenario?.title ?? ''}\n`);
    if (scenario !== undefined) turns[name] = await play(scenario, programs, folder, extent);
    else if (name === 'memory') idle.footprints = await footprints(programs, folder, extent.rounds);
    else idle.starts = await starts(programs, folder, 4 * extent.rounds);
  }
  const machine = { cpu: cpus()[0]?.model ?? '', node: process.version, loadBefore, loadAfter: load() };
  return { machine, turns, ...idle };
}

function markdown(results: Results): string {
  const { cpu, node, loadBefore, loadAfter } = results.machine;
  const sections = Object.entries(results.turns).map(
    ([name, turns]) => `### ${name}: ${scenarios[name]?.title}\n\n${scenarioTable(turns, scenarios[name]?.base)}`,
  );
  const machine = `${cpu}, ${cpus().length} CPUs, Node ${node}, load average ${loadBefore} before and ${loadAfter} after`;
  const parts = [machine, ...sections, idleTables(results), goalTable(results)];
  return `${parts
    .filter((part) => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')}\n`;
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(usage);
  const chosen = values.scenario ?? names;
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no scenario ${unknown.join(', ')}: choose from ${names.join(', ')}`);
  if (cpus().length < 2) throw new Error('this needs two CPUs: one is the proxy’s, one the load’s');
  const folder = mkdtempSync(join(tmpdir(), 'bench-tap-'));
  try {
    const results = await measure(chosen, folder);
    process.stdout.write(markdown(results));
    if (values.out === undefined) return;
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(`${values.out}.json`, JSON.stringify(results, undefined, 2));
    writeFileSync(`${values.out}.md`, markdown(results));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();

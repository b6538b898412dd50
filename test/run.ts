import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mode } from './cluster/cluster.ts';
import { requireMachine } from './cluster/machine.ts';
import { listed, total } from './tally.ts';

/**
 * Runs the tiers of tests one after the other. It ends with the tests that failed, if any, and one line that counts them
 * all. A tier that fails does not keep the next from running.
 *
 *     node test/run.ts [unit] [api] [faults] [cluster]
 */

const root = join(import.meta.dirname, '..');
const tiers = ['unit', 'api', 'faults', 'cluster'] as const;
type Tier = (typeof tiers)[number];

/** The cluster that a tier runs in: with pods or, with less to set up, without. */
const modes: Readonly<Record<Tier, Mode | undefined>> = { unit: undefined, api: 'api', faults: 'api', cluster: 'node' };

/** What pods of the cluster tier are made of. They are on the node before the first test. */
const images = ['node', 'operator', 'sidecar', 'kafka', 'nft', 'examples/shop'];

/** The command of a tier: above the unit tests it runs in a cluster that is started for it and taken down after it. */
function commandOf(tier: Tier): string[] {
  const vitest = [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', tier];
  const mode = modes[tier];
  if (mode === undefined) return vitest;
  const cluster = join(root, 'test/cluster/main.ts');
  const loaded = mode === 'node' ? ['--images', images.join(',')] : [];
  return [process.execPath, cluster, 'run', '--mode', mode, '--name', `test-${tier}`, ...loaded, '--', ...vitest];
}

function run(tier: Tier, counts: string): boolean {
  console.log(`\n== ${tier} tests`);
  const [command = '', ...args] = commandOf(tier);
  const env = { ...process.env, STANDPIPE_TEST_COUNTS: counts };
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status === 0;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((tier) => !(tiers as readonly string[]).includes(tier));
if (unknown.length > 0) throw new Error(`there is no tier ${unknown.join(', ')}: choose from ${tiers.join(', ')}`);
const chosen = tiers.filter((tier) => asked.length === 0 || asked.includes(tier));

const needed = chosen.map((tier) => modes[tier]);
const mode = needed.find((each) => each === 'node') ?? needed.find((each) => each === 'api');
if (mode !== undefined) {
  await requireMachine(mode).catch(({ message }: Error) => {
    console.error(message);
    process.exit(1);
  });
}

const folder = mkdtempSync(join(tmpdir(), 'standpipe-test-'));
const counts = join(folder, 'counts');
const broken = chosen.filter((tier) => !run(tier, counts));
const { passed, failed, skipped, failures } = total(readFileSync(counts, { encoding: 'utf8', flag: 'a+' }));
rmSync(folder, { recursive: true });
if (broken.length > 0) console.log(`\nTiers that failed: ${broken.join(', ')}`);
if (failures.length > 0)
  console.log(`\nTests that failed (the log above has the whole of each message):\n${listed(failures)}`);
// A tier that broke before it counted anything must not look like a success.
const bad = Math.max(failed, broken.length);
console.log(`\n${passed} passed, ${bad} failed, ${skipped} skipped`);
process.exitCode = bad > 0 ? 1 : 0;

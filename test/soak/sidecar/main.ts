/** Lets clients of all kinds loose on the metrics sidecar: see ../README.md. Ends with 1 after a breach. */

import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPaths } from '../../conformance/processes.ts';
import { allSidecarBreaches, sidecarReport } from './report.ts';
import { soakSidecar } from './soak.ts';

const usage =
  'usage: node test/soak/sidecar/main.ts [--minutes 20] [--seed N] [--clients 24] [--read-path auto|public] [--source bundle|src] [--out FOLDER]';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '24' },
    'read-path': { type: 'string', default: 'auto' },
    source: { type: 'string', default: 'bundle' },
    out: { type: 'string' },
  },
});
const [minutes, seed, clients] = [values.minutes, values.seed, values.clients].map(Number);
const readPath = readPaths.find((path) => path === values['read-path']);
const source = (['bundle', 'src'] as const).find((name) => name === values.source);
if (!minutes || !seed || !clients || readPath === undefined || source === undefined) {
  console.error(usage);
  process.exit(2);
}
if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
const folder = values.out ?? mkdtempSync(join(tmpdir(), 'standpipe-soak-'));

console.log(`seed ${seed}; the log and samples.csv: ${folder}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
const outcome = await soakSidecar({ minutes, seed, clients, readPath, source, folder, say });
console.log(`\n${sidecarReport(outcome)}\n`);
const breaches = allSidecarBreaches(outcome);
for (const breach of breaches.slice(0, 50)) console.log(`BREACH: ${breach}`);
if (breaches.length > 50) console.log(`and ${breaches.length - 50} more`);
console.log(
  breaches.length === 0 ? 'passed: nothing was lost, miscounted or kept' : `failed: ${breaches.length} breaches`,
);
process.exitCode = breaches.length > 0 ? 1 : 0;

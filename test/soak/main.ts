/** Starts a cluster without nodes and churns it: see README.md. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readOptions } from './options.ts';

const { name, folder, minutes, services, rate, seed } = readOptions(process.argv.slice(2));
console.log(`logs and memory.csv: ${folder}`);
const root = join(import.meta.dirname, '../..');
const cluster = [join(root, 'test/cluster/main.ts'), 'run', '--mode', 'api', '--name', name, '--'];
const numbers = Object.entries({ minutes, services, rate, seed }).flatMap(([key, value]) => [
  `--${key}`,
  String(value),
]);
const run = [process.execPath, join(import.meta.dirname, 'inside.ts'), ...numbers, '--out', folder];
const child = spawn(process.execPath, [...cluster, ...run], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

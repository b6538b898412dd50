import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { FaultProxy } from './faultProxy.ts';
import { readPlan } from './plan.ts';

/** Runs a command behind the fault proxy: see README.md. */
const usage = 'usage: node test/faults/main.ts PLAN [--log FILE] -- COMMAND...';

const split = process.argv.indexOf('--');
if (split < 0) throw new Error(usage);
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, split),
  allowPositionals: true,
  options: { log: { type: 'string' } },
});
const [command = '', ...args] = process.argv.slice(split + 1);
const [path] = positionals;
if (path === undefined || command === '') throw new Error(usage);

const direct = new KubeConfig();
direct.loadFromDefault();
const folder = mkdtempSync(join(tmpdir(), 'standpipe-faults-'));
const kubeconfig = join(folder, 'kubeconfig');
let child: ChildProcess | undefined;
let killing = false;

/** Starts the command; resolves with its status when it ends by itself. */
function launch(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const start = (): void => {
    child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (!killing) return resolve(code ?? 1);
      killing = false;
      start();
    });
  };
  start();
  return promise;
}

async function kill(): Promise<void> {
  killing = true;
  const dead = new Promise((resolve) => child?.once('exit', resolve));
  child?.kill('SIGKILL');
  await dead;
}

const proxy = await FaultProxy.start(direct, { plan: readPlan(path), tls: true, kill });
writeFileSync(kubeconfig, proxy.config(direct.getCurrentUser()?.token).exportConfig());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child?.kill(signal));
try {
  process.exitCode = await launch();
} finally {
  if (values.log !== undefined) proxy.log.save(values.log);
  await proxy.stop();
  rmSync(folder, { recursive: true });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { FaultProxy } from './faultProxy.ts';
import type { FaultPlan } from './plan.ts';

/** A command that is started again where the plan kills it. */
class Command {
  readonly #command: readonly string[];
  readonly #kubeconfig: string;
  #child: ChildProcess | undefined;
  #killing = false;

  constructor(command: readonly string[], kubeconfig: string) {
    this.#command = command;
    this.#kubeconfig = kubeconfig;
  }

  /** Runs it until it ends by itself. Returns its status. */
  run(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const start = (): void => {
      const [program = '', ...args] = this.#command;
      const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: this.#kubeconfig } });
      child.on('error', reject);
      child.on('exit', (code) => {
        if (!this.#killing) return resolve(code ?? 1);
        this.#killing = false;
        start();
      });
      this.#child = child;
    };
    start();
    return promise;
  }

  /** Kills it and resolves when it is dead. */
  async kill(): Promise<void> {
    this.#killing = true;
    const dead = new Promise((resolve) => this.#child?.once('exit', resolve));
    this.#child?.kill('SIGKILL');
    await dead;
  }

  send(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}

/**
 * Runs a command behind a proxy that follows a plan, with the credentials that KUBECONFIG has. Returns its status.
 * @param log where to append what it asked for
 */
export async function runBehind(plan: FaultPlan, command: readonly string[], log?: string): Promise<number> {
  const direct = new KubeConfig();
  direct.loadFromDefault();
  const folder = mkdtempSync(join(tmpdir(), 'standpipe-faults-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const running = new Command(command, kubeconfig);
  const proxy = await FaultProxy.start(direct, { plan, tls: true, kill: () => running.kill() });
  writeFileSync(kubeconfig, proxy.config(direct.getCurrentUser()?.token).exportConfig());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => running.send(signal));
  try {
    return await running.run();
  } finally {
    if (log !== undefined) proxy.log.save(log);
    await proxy.stop();
    rmSync(folder, { recursive: true });
  }
}

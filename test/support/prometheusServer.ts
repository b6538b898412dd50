import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually } from './eventually.ts';
import { prometheusProgram } from './prometheus.ts';

/** One series of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as Prometheus has evaluated it. */
export interface EvaluatedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: string;
  /** Of an alert: inactive, pending or firing. */
  readonly state?: string;
  readonly lastError?: string;
}

/** A Prometheus of its own that scrapes and evaluates each second, with its HTTP API. */
export class PrometheusServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'standpipe-prometheus-'));
  readonly #address: string;
  #child: ChildProcess | undefined;

  /** @param port a free one of loopback */
  constructor(port: number) {
    this.#address = `127.0.0.1:${port}`;
  }

  /** Its configuration file. */
  get configFile(): string {
    return join(this.#folder, 'prometheus.yml');
  }

  /** Starts it. @param config what the configuration holds beside the intervals */
  async start(config: object): Promise<void> {
    const program = await prometheusProgram('prometheus', () => {});
    const global = { scrape_interval: '1s', evaluation_interval: '1s' };
    writeFileSync(this.configFile, stringify({ global, ...config }));
    const options = [
      `--config.file=${this.configFile}`,
      `--storage.tsdb.path=${join(this.#folder, 'data')}`,
      `--web.listen-address=${this.#address}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ];
    this.#child = spawn(program, options, { stdio: ['ignore', 'inherit', 'inherit'] });
    await eventually(() => this.ask('status/runtimeinfo'));
  }

  /** Asks its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
  async ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`http://${this.#address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  }

  /** The present value of an expression. */
  async query(expr: string): Promise<readonly Sample[]> {
    interface Vector {
      readonly result: { metric: Record<string, string>; value: [number, string] }[];
    }
    const { result } = await this.ask<Vector>('query', { query: expr });
    return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  }

  /** The names of all metrics that it has seen. */
  names(): Promise<readonly string[]> {
    return this.ask('label/__name__/values');
  }

  /** All rules, in their order. */
  async rules(): Promise<readonly EvaluatedRule[]> {
    const { groups } = await this.ask<{ groups: { rules: EvaluatedRule[] }[] }>('rules');
    return groups.flatMap((group) => group.rules);
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    if (this.#child?.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

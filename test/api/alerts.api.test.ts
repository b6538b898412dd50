import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { rulesFileOf } from '../../scripts/generate-alerts.ts';
import { apply, dropNamespace, newNamespace } from '../e2e/kubectl.ts';
import { alertRulesOf, metricsIn } from '../support/alertRules.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses, probePorts } from '../support/operator.ts';
import { prometheusProgram } from '../support/prometheus.ts';
import { untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

/** The alerts in a real Prometheus that reads the pages of a real operator. */

const alertRules = alertRulesOf('standpipe-operator');
const operator = new OperatorProcesses();
const folder = mkdtempSync(join(tmpdir(), 'standpipe-prometheus-'));
const address = '127.0.0.1:19090';
let prometheus: ChildProcess | undefined;
let namespace = '';

beforeAll(async () => {
  const program = await prometheusProgram('prometheus', () => {});
  await operator.start('image: example.org/sidecar:1\n');
  const targets = Object.values(probePorts).map((port) => `127.0.0.1:${port}`);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rulesFileOf('standpipe-operator')],
    scrape_configs: [{ job_name: 'standpipe', static_configs: [{ targets }] }],
  };
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, stringify(config));
  const options = [`--config.file=${configFile}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  prometheus = spawn(program, [...options, `--web.listen-address=${address}`], { stdio: 'ignore' });
  namespace = await newNamespace('alerts');
  await apply(namespace, workload('Deployment', 'web'), microservice('web'));
  await untilCondition(namespace, 'web', 'BindingsReady', 'NoBindings');
}, 300_000);

afterAll(async () => {
  prometheus?.kill('SIGKILL');
  await operator.stop();
  await dropNamespace(namespace);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** Asks Prometheus' HTTP API. */
async function ask<T>(path: string): Promise<T> {
  const answer = (await (await fetch(`http://${address}/api/v1/${path}`)).json()) as { data: T };
  return answer.data;
}

interface EvaluatedRule {
  readonly name: string;
  readonly health: string;
  readonly state: string;
  readonly lastError?: string;
}

async function evaluated(): Promise<readonly EvaluatedRule[]> {
  const { groups } = await ask<{ groups: { rules: EvaluatedRule[] }[] }>('rules?type=alert');
  return groups.flatMap(({ rules }) => rules);
}

test('every metric of every alert comes from the operator', async () => {
  const needed = [...new Set(alertRules.flatMap(({ expr }) => metricsIn(expr)))];
  await eventually(async () => {
    const known = await ask<string[]>('label/__name__/values');
    expect(needed.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('every alert is evaluated without an error', async () => {
  await eventually(async () => {
    const rules = await evaluated();
    expect(rules.map(({ name, health, lastError }) => ({ name, health, lastError }))).toEqual(
      alertRules.map(({ alert }) => ({ name: alert, health: 'ok', lastError: undefined })),
    );
  });
});

test('of an operator that works, only a second webhook is asked for', async () => {
  await eventually(async () => {
    const states = (await evaluated()).filter(({ state }) => state !== 'inactive').map(({ name }) => name);
    // Pods are never run here, so the rollout of the service stays where it is; that is no alert.
    expect(states).toEqual(['StandpipeWebhookNotRedundant']);
  });
});

test('without its webhook, that is told', async () => {
  await operator.end('webhook', 'SIGKILL');
  await eventually(async () => {
    const pending = (await evaluated()).filter(({ state }) => state !== 'inactive').map(({ name }) => name);
    expect(pending).toContain('StandpipeWebhookAbsent');
  });
});

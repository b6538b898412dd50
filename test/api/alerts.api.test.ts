import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetBoard } from '../../scripts/dashboards/fleet.ts';
import { rulesFileOf } from '../../scripts/generate-alerts.ts';
import { apply, dropNamespace, newNamespace } from '../e2e/kubectl.ts';
import { alertRulesOf, metricsIn } from '../support/alertRules.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses, probePorts } from '../support/operator.ts';
import { panelQueries } from '../support/panelQueries.ts';
import { PrometheusServer } from '../support/prometheusServer.ts';
import { untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

/** The alerts and the dashboard of the operator in a real Prometheus that reads the pages of a real operator. */

const operator = new OperatorProcesses();
const prometheus = new PrometheusServer(19_090);
const alertRules = alertRulesOf('standpipe-operator');
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  const targets = Object.values(probePorts).map((port) => `127.0.0.1:${port}`);
  await prometheus.start({
    rule_files: [rulesFileOf('standpipe-operator')],
    scrape_configs: [{ job_name: 'standpipe', static_configs: [{ targets }] }],
  });
  namespace = await newNamespace('alerts');
  await apply(namespace, workload('Deployment', 'web'), microservice('web'));
  await untilCondition(namespace, 'web', 'BindingsReady', 'NoBindings');
}, 300_000);

afterAll(async () => {
  await prometheus.stop();
  await operator.stop();
  await dropNamespace(namespace);
});

test('every metric of every alert comes from the operator', async () => {
  const needed = [...new Set(alertRules.flatMap(({ expr }) => metricsIn(expr)))];
  await eventually(async () => {
    const known = await prometheus.names();
    expect(needed.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('every alert is evaluated without an error', async () => {
  await eventually(async () => {
    const rules = await prometheus.rules();
    expect(rules.map(({ name, health, lastError }) => ({ name, health, lastError }))).toEqual(
      alertRules.map(({ alert }) => ({ name: alert, health: 'ok', lastError: undefined })),
    );
  });
});

test("the fleet's dashboard gets an answer to each of its queries about the operator", async () => {
  // Where no watch breaks, there is none to count.
  const queries = panelQueries(fleetBoard, { namespace: '.*', __rate_interval: '1m' }).filter(
    ({ row, panel }) => row === 'Operator' && panel !== 'Watches that broke',
  );
  await eventually(async () => {
    const empty: string[] = [];
    for (const { panel, expr } of queries) {
      const answer = await prometheus.query(expr);
      if (answer.every(({ value }) => Number.isNaN(value))) empty.push(panel);
    }
    expect(empty).toEqual([]);
  });
});

test('of an operator that works, only a second webhook is asked for', async () => {
  await eventually(async () => {
    const states = (await prometheus.rules()).filter(({ state }) => state !== 'inactive').map(({ name }) => name);
    // Pods are never run here, so the rollout of the service stays where it is; that is no alert.
    expect(states).toEqual(['StandpipeWebhookNotRedundant']);
  });
});

test('without its webhook, that is told', async () => {
  await operator.end('webhook', 'SIGKILL');
  await eventually(async () => {
    const pending = (await prometheus.rules()).filter(({ state }) => state !== 'inactive').map(({ name }) => name);
    expect(pending).toContain('StandpipeWebhookAbsent');
  });
});

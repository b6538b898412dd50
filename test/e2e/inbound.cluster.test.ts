import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { read, readAll, untilCondition } from '../api/cluster.ts';
import { run } from '../cluster/command.ts';
import { NFT_IMAGE } from '../cluster/images/nft.ts';
import { eventually } from '../support/eventually.ts';
import { settingsName, useSettings, writeSettings } from './controllerSettings.ts';
import { apply, dropNamespace, kubectl, newNamespace } from './kubectl.ts';
import { silentDemo } from './ownCluster.ts';

/** An app that listens on its one port whatever it is told is tapped by the name of its port, or by a rule. */

const standpipe = join(import.meta.dirname, '../../scripts/standpipe');
let namespace = '';
let settings = '';
beforeAll(async () => {
  await installOperator(silentDemo);
  settings = await settingsName();
  namespace = await newNamespace('inbound');
});
afterAll(async () => {
  await useSettings(settings);
  await dropNamespace(namespace);
});

const web = { name: 'web', containerPort: 8080 };

/** Answers all requests alike, but with a page of metrics that has a series for every user. Says who it thinks is asking. */
const script = `
const page = Array.from({ length: 1000 }, (_, i) => 'sessions{user="user-' + i + '"} 1\\n').join('');
const server = require('node:http').createServer((request, answer) => {
  const told = request.headers['x-forwarded-for'];
  answer.setHeader('caller', told ? told + ', as it is told' : request.socket.remoteAddress.replace('::ffff:', ''));
  answer.end(request.url === '/metrics' ? page : 'deaf');
});
server.listen(8080);
process.on('SIGTERM', () => process.exit(0));`;

function deployment(name: string): object {
  const labels = { app: name };
  const probe = { httpGet: { path: '/health', port: web.name }, periodSeconds: 1 };
  const container = {
    name: 'app',
    image: 'node:24-bookworm-slim',
    command: ['node', '-e', script],
    ports: [web],
    readinessProbe: probe,
    livenessProbe: probe,
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
  };
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } };
  const metadata = { name };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template } };
}

function microservice(name: string, inbound: string): object {
  const metrics = { inbound, forwardedFor: true, maxSeries: 500, scrape: [{ port: 'http' }] };
  const spec = { ports: [{ name: 'http', port: web.containerPort }], metrics };
  return { apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', metadata: { name }, spec };
}

function service(name: string): object {
  const spec = { selector: { app: name }, ports: [{ port: 80, targetPort: web.name }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

async function tapped(name: string, inbound: string): Promise<Pod> {
  await apply(namespace, deployment(name), service(name), microservice(name, inbound));
  // In this order: with other settings, what was ready before is still called so at first.
  await eventually(() => untilCondition(namespace, name, 'InboundTapped', 'Tapped'), 120_000);
  await eventually(() => untilCondition(namespace, name, 'Ready', 'Ready'), 120_000);
  return eventually(async () => {
    const [pod, ...others] = await readAll<Pod>(namespace, 'pod', '-l', `app=${name}`);
    expect(others).toEqual([]);
    if (pod === undefined) throw new Error('there is no pod');
    return pod;
  });
}

/** Asks through the Service until it leads to the pod that is there now, then so many times more. */
async function ask(name: string, times: number): Promise<void> {
  const { spec } = await read<{ spec: { clusterIP: string } }>(namespace, 'service', name);
  const url = `http://${spec.clusterIP}/orders/7`;
  const get = async (): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();
  for (let i = 0; i < times; i += 1) expect(await eventually(get)).toBe('deaf');
}

/** Who asks at a port of the pod, in the eyes of the app. */
async function callerAt(pod: Pod | undefined, port: number): Promise<string | null> {
  const url = `http://${pod?.status?.podIP}:${port}/`;
  return (await fetch(url, { headers: { connection: 'close' } })).headers.get('caller');
}

/** How many requests of the test the pod's page shows, and how many probes. */
async function counted(pod: Pod): Promise<{ readonly requests: number; readonly probes: number }> {
  const page = await (await fetch(`http://${pod.status?.podIP}:9470/metrics`)).text();
  const sum = (series: RegExp) => [...page.matchAll(series)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    requests: sum(/^http_server_request_duration_seconds_count\{[^}]*http_route="\/orders\/\{id\}"[^}]*\} (\d+)/gm),
    probes: sum(/^standpipe_tap_probe_requests_total\{[^}]*\} (\d+)/gm),
  };
}

/** The probes' answers come through the tap for readiness only, so both kinds must have been seen to work. */
async function expectHealthy(name: string, pod: Pod): Promise<void> {
  await eventually(async () => expect((await counted(pod)).probes).toBeGreaterThan(0));
  const [now] = await readAll<Pod>(namespace, 'pod', '-l', `app=${name}`);
  expect(now?.status?.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
}

test('callers follow the name of the port to the tap, and the app keeps its port', async () => {
  const pod = await tapped('named', 'named');
  await ask('named', 20);
  expect(await counted(pod)).toMatchObject({ requests: 20 });
  await expectHealthy('named', pod);
  const slices = await readAll<{ ports: object[] }>(
    namespace,
    'endpointslice',
    '-l',
    'kubernetes.io/service-name=named',
  );
  expect(slices.map(({ ports }) => ports)).toMatchObject([[{ port: 18_080 }]]);
  // Past the tap, the app itself is still there.
  expect(await (await fetch(`http://${pod.status?.podIP}:8080/`)).text()).toBe('deaf');
  expect(await counted(pod)).toMatchObject({ requests: 20 });
  expect(await callerAt(pod, 18_080)).toBe(`${await callerAt(pod, 8080)}, as it is told`);
});

test('explain names the label that breaks the series budget, with examples, and what the taps saw', async () => {
  const [pod] = await readAll<Pod>(namespace, 'pod', '-l', 'app=named');
  const { stdout, code } = await run([standpipe, 'explain', `pod/${pod?.metadata.name}`, '-n', namespace]);
  expect(stdout).toContain(
    `Pod ${namespace}/${pod?.metadata.name} of Deployment/named\n  injected: standpipe-metrics\n`,
  );
  expect(stdout).toMatch(/\n {2}port http: 18080 to 8080, \d+ connections open, \d+ connections so far\n/);
  expect(stdout).toContain('\n  page http: 1000 series\n');
  expect(stdout).toMatch(/\n {2}series: \d+ of 500 \(metrics\.maxSeries\)\n/);
  expect(stdout).toContain(
    '\n! series: all 1000 of sessions are not shown: its label user has too many values, such as "user-0", "user-1", "user-2"\n',
  );
  expect(code).toBe(3);
});

test('a Service that goes by the number of the port is named in the condition', async () => {
  const byNumber = [{ op: 'replace', path: '/spec/ports/0/targetPort', value: 8080 }];
  await kubectl(['-n', namespace, 'patch', 'service', 'named', '--type=json', '-p', JSON.stringify(byNumber)]);
  await eventually(() => untilCondition(namespace, 'named', 'InboundTapped', 'ServiceByNumber'));
});

test('a rule leads callers to the tap only where the platform allows it', async () => {
  await apply(namespace, deployment('ruled'), service('ruled'), microservice('ruled', 'redirect'));
  await eventually(() => untilCondition(namespace, 'ruled', 'InboundTapped', 'RedirectNotPermitted'), 60_000);

  await writeSettings('redirect', { metrics: { redirectImage: NFT_IMAGE }, logs: { enabled: silentDemo.logs } });
  await useSettings('redirect');
  const pod = await tapped('ruled', 'redirect');
  await ask('ruled', 20);
  expect(await counted(pod)).toMatchObject({ requests: 20 });
  const [untapped] = await readAll<Pod>(namespace, 'pod', '-l', 'app=named');
  expect(await callerAt(pod, 8080)).toBe(`${await callerAt(untapped, 8080)}, as it is told`);
  await expectHealthy('ruled', pod);
});

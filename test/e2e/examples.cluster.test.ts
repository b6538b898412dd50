import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { page, podOf } from '../../scripts/demo/demo.ts';
import { endPod, ordersAtSink } from '../../scripts/demo/drain.ts';
import { shippedLine, until } from '../../scripts/demo/event.ts';
import { findRecord } from '../../scripts/demo/observer.ts';
import { applyPlatform, installOperator, startBroker } from '../../scripts/demo/platform.ts';
import { declareMicroservices, deployShop } from '../../scripts/demo/shop.ts';
import { metricsPath } from '../../scripts/demo/show.ts';
import { linesAtSink } from '../../scripts/demo/sink.ts';
import { ask, firstOrder, order } from '../../scripts/demo/traffic.ts';
import { dropNamespace, kubectl } from './kubectl.ts';
import { silentDemo as demo } from './ownCluster.ts';

/** Each example is run as its README tells it, on the operator as `make demo` installs it. */

const { cluster, logs } = demo;
/** Without a Fluent Bit the settings turn the log sidecar off, as the demo does. */
const needsLogs = test.skipIf(!logs);
const both = logs ? 'standpipe-logs standpipe-metrics' : 'standpipe-metrics';
const folder = (example: string): string => join(import.meta.dirname, '..', '..', 'examples', example);
const wait = '--timeout=180s';

beforeAll(async () => {
  await installOperator(demo);
  await startBroker(demo, () => {});
  await applyPlatform(demo);
});

afterAll(async () => {
  for (const namespace of ['shop', 'minimal', 'reports', 'observability', 'kafka']) await dropNamespace(namespace);
});

/** The names of the sidecars of each pod of a namespace. */
async function sidecars(namespace: string): Promise<readonly string[]> {
  const path = 'jsonpath={range .items[*]}{.spec.initContainers[*].name}{"\\n"}{end}';
  return (await kubectl(['-n', namespace, 'get', 'pods', '-o', path])).split('\n').slice(0, -1);
}

describe('the shop', () => {
  test('runs without Standpipe, and takes no order, because no backing service is attached', async () => {
    await deployShop(demo);
    expect(await ask(cluster, [order('mug')])).toMatchObject([
      { status: 503, answer: { error: expect.stringContaining('no binding') } },
    ]);
  });

  test('takes orders as soon as its Microservices are declared', async () => {
    await declareMicroservices(demo);
    await firstOrder(cluster);
    const all = Array.from({ length: 4 }, () => both);
    await expect.poll(() => sidecars('shop'), { timeout: 60_000, interval: 500 }).toEqual(all);
  });

  test('passes an order through Kafka, with the credentials that Standpipe put there', async () => {
    const [answer] = await ask(cluster, [order('teapot', 3)]);
    const id = answer?.answer.id ?? '';
    expect(answer?.status).toBe(201);
    expect(await findRecord(cluster, 'orders.created', id, 60_000)).toContain('teapot');
    expect(await shippedLine(cluster, id)).toContain('"level":"info"');
  });

  test('is measured on one page, with its own metrics', async () => {
    const metrics = await page(cluster, metricsPath('shop', await podOf(cluster, 'orders')));
    expect(metrics).toMatch(/^http_server_request_duration_seconds_count\{[^}]*route="\/orders"[^}]*\} [1-9]/m);
    expect(metrics).toMatch(/^shop_orders_created_total\{product="teapot"\} 1$/m);
  });

  needsLogs('has its logs at the sink, those on stdout and those in a file (needs a Fluent Bit)', async () => {
    for (const service of ['front', 'orders', 'shipping']) {
      expect(await until(() => linesAtSink(cluster, service), `lines of ${service}`)).toContain(service);
    }
  });

  needsLogs('loses no line of a pod that ends, and the pod says so (needs a Fluent Bit)', async () => {
    const { orders, report } = await endPod(cluster);
    expect(JSON.parse(report)).toMatchObject({ state: 'complete', linesLeft: 0 });
    expect(await ordersAtSink(cluster, orders)).toBe(20);
  });

  test('is as it was when its Microservices are gone', async () => {
    await kubectl(['-n', 'shop', 'delete', 'microservices', '--all', wait]);
    const bare = ['', '', '', ''];
    await expect.poll(() => sidecars('shop'), { timeout: 120_000, interval: 1000 }).toEqual(bare);
    for (const service of ['front', 'orders', 'shipping']) {
      await kubectl(['-n', 'shop', 'rollout', 'status', `deployment/${service}`, wait]);
    }
  });
});

test('the smallest Microservice gets the metrics sidecar in a namespace that enforces "restricted"', async () => {
  await kubectl(['apply', '-f', folder('minimal')]);
  await kubectl(['-n', 'minimal', 'wait', '--for=condition=Ready', wait, 'microservice/hello']);
  const call = "fetch('http://hello/').then((answer) => answer.text()).then(console.log)";
  const path = 'jsonpath={.items[0].metadata.name}';
  const injected = ['get', 'pods', '-l', 'standpipe.dev/microservice=hello', '-o', path];
  const pod = await kubectl(['-n', 'minimal', ...injected]);
  const metrics = async () => {
    await kubectl(['-n', 'minimal', 'exec', 'deploy/hello', '-c', 'app', '--', 'node', '-e', call]);
    return page(cluster, metricsPath('minimal', pod));
  };
  // The Service may lead to the pod before for a moment.
  const counted = /^http_server_request_duration_seconds_count\{.*\} [1-9]/m;
  await expect.poll(metrics, { timeout: 30_000, interval: 500 }).toMatch(counted);
});

describe('the CronJob', () => {
  test('has a pod that completes with its sidecars', async () => {
    await kubectl(['apply', '-f', folder('cronjob')]);
    await kubectl(['-n', 'reports', 'wait', '--for=condition=Ready', wait, 'microservice/report']);
    await kubectl(['-n', 'reports', 'create', 'job', 'now', '--from=cronjob/report']);
    await kubectl(['-n', 'reports', 'wait', '--for=condition=Complete', wait, 'job/now']);
  });

  needsLogs('has its last line at the sink (needs a Fluent Bit)', async () => {
    const lines = await linesAtSink(cluster, 'report');
    expect(lines.trim().split('\n')).toHaveLength(21);
    expect(lines).toContain('report finished');
  });
});

/** `make demo`: a shop on a real Kubernetes with a real Kafka, and what Standpipe does for it. Run again, it shows again. */
import { clusters } from '../test/cluster/cluster.ts';
import { readable } from '../test/cluster/log.ts';
import { requireMachine } from '../test/cluster/machine.ts';
import { clusterName, type Demo } from './demo/demo.ts';
import { showDrain } from './demo/drain.ts';
import { showEvent } from './demo/event.ts';
import { prepareImages } from './demo/images.ts';
import { applyPlatform, installOperator, startBroker } from './demo/platform.ts';
import { type Screen, terminal } from './demo/screen.ts';
import { declareMicroservices, deployShop } from './demo/shop.ts';
import {
  diagnose,
  showBinding,
  showConditions,
  showLogs,
  showMetrics,
  showMicroservices,
  showPods,
} from './demo/show.ts';
import { ask, firstOrder, order, slowDay } from './demo/traffic.ts';

const usage = 'usage: node scripts/demo.ts [up|down]';
const log = (line: string): boolean => process.stdout.write(`     ${line}\n`);

/** Everything that has to be there before there is something to see. Safe to repeat. */
async function setUp(screen: Screen): Promise<Demo> {
  const images = await screen.step('Images: operator, sidecar, Kafka, shop (unchanged ones come from the cache)', () =>
    prepareImages(log),
  );
  return screen.step('A single-node Kubernetes', async () => {
    const all = await clusters();
    const cluster = await all.up({ name: clusterName, mode: 'node', log, keep: true, images: images.archives });
    await cluster.load(images.archives);
    return { cluster, screen, ...images };
  });
}

async function deploy(demo: Demo): Promise<void> {
  const { cluster, screen } = demo;
  await screen.step('The operator: kinds, controller, webhook', () => installOperator(demo));
  await screen.step('Kafka, with a topic and a user for the shop', () => startBroker(demo, log));
  await screen.step('What the platform team declares: a Broker, a LogSink', () => applyPlatform(demo));
  const known = await screen.step('The shop: three Deployments that know nothing of Standpipe', () => deployShop(demo));
  if (!known) {
    const [before] = await ask(cluster, [order('mug')]);
    screen.say(`     an order, before: ${before?.status} ${before?.answer.error}`);
  }
  await screen.step('Three Microservices of a few lines; their Deployments roll once', () =>
    declareMicroservices(demo),
  );
  await screen.step('The first order', () => firstOrder(cluster));
}

async function look(demo: Demo): Promise<void> {
  const { cluster, screen } = demo;
  screen.heading('The pods, with what was put into them');
  await showPods(demo);
  screen.heading('Credentials: files that Standpipe put there (Service Binding specification)');
  await showBinding(demo);
  screen.heading('Traffic');
  const answers = await slowDay(cluster);
  for (const { request, status } of answers) screen.say(`  ${request} → ${status}`);
  screen.heading('Metrics: one page per pod, requests and the service’s own');
  await showMetrics(demo);
  screen.heading('One order on its way through Kafka');
  await showEvent(demo, answers.findLast(({ status }) => status === 201)?.answer.id ?? '');
  if (demo.logs) {
    screen.heading('Logs, as they came to the sink');
    await showLogs(demo);
    screen.heading('A pod ends, its last lines do not get lost');
    await showDrain(demo);
  } else {
    screen.heading('Logs');
    screen.say(
      'No Fluent Bit could be had on this machine, so the platform’s settings turn the log sidecar off: no logs here.',
    );
  }
  screen.heading('What the operator says');
  await showMicroservices(demo);
  await showConditions(demo);
}

function farewell(screen: Screen, start: number): void {
  const k = `.tools/node/bin/node test/cluster/main.ts exec --name ${clusterName} -- kubectl`;
  screen.heading(`Done in ${readable(Date.now() - start)}. The cluster stays; look further:`);
  screen.say(`  alias k='${k}'    # in this folder
  k -n shop get microservice orders -o yaml
  k -n shop describe pod -l app.kubernetes.io/name=orders
  k -n shop get configmaps,secrets,controllerrevisions -l app.kubernetes.io/managed-by=standpipe
  k -n shop delete microservices --all        # the pods roll back to bare ones
  make demo                                   # applies and shows everything again
  make demo-down                              # ends it all`);
}

async function main(command: string): Promise<void> {
  const screen = terminal((text) => process.stdout.write(text), process.stdout.isTTY === true);
  if (command === 'down') return (await clusters()).down(clusterName, log);
  if (command !== 'up') throw new Error(usage);
  await requireMachine('node');
  const start = Date.now();
  const demo = await setUp(screen);
  try {
    await deploy(demo);
    await look(demo);
  } catch (error) {
    screen.heading('What the cluster says:');
    await diagnose(demo);
    throw error;
  }
  farewell(screen, start);
}

try {
  await main(process.argv[2] ?? 'up');
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

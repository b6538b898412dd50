import { parseArgs } from 'node:util';
import { certificateSecret, controllerLease, fieldManager, webhookConfiguration } from '../api/names.ts';
import { countPods } from '../controllers/podCounts.ts';
import { Controllers } from '../controllers/run.ts';
import { EventLoopWatch } from '../observe/eventLoopWatch.ts';
import { createLog } from '../observe/log.ts';
import { OperatorMetrics } from '../observe/metrics.ts';
import { ProbeServer } from '../observe/probes.ts';
import { CertificateController } from '../webhook/certificateController.ts';
import { prepareElection } from './election.ts';
import { canaryNamespace, namespacesFrom } from './namespaces.ts';
import { connect, requiredEnv } from './process.ts';
import { settingsFrom } from './settingsFile.ts';
import { UsageError } from './usageError.ts';

/**
 * `standpipe controller`: marks workloads, writes what pods need, and keeps the webhook's certificate. Of several
 * processes one does so; the others keep their caches filled and wait.
 */
export async function controllerCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      settings: { type: 'string' },
      // Further names by which API servers call the webhook, beside that of its Service.
      'webhook-name': { type: 'string', multiple: true, default: [] },
      'probe-port': { type: 'string', default: '8081' },
      'log-level': { type: 'string', default: 'info' },
      // Whose Microservices are looked after; the whole cluster where nothing is said.
      namespaces: { type: 'string' },
      // How many Microservices are worked on at the same time.
      concurrency: { type: 'string', default: '16' },
    },
  });
  const namespace = requiredEnv('POD_NAMESPACE', "the operator's own namespace");
  const settings = settingsFrom(values.settings);
  const log = createLog('controller', values['log-level']);
  const eventLoop = new EventLoopWatch();
  const metrics = new OperatorMetrics('controller', eventLoop);
  metrics.leading(controllerLease, false);
  const election = prepareElection(namespace, log, (leads) => metrics.leading(controllerLease, leads));
  const client = connect(`controller/${election.holder}`, {
    gate: election.elector.leadership,
    observe: metrics.called,
  });

  const certificates = new CertificateController({
    client,
    namespace,
    secretName: certificateSecret,
    configurationName: webhookConfiguration,
    dnsNames: [`standpipe-webhook.${namespace}.svc`, ...values['webhook-name']],
    fieldManager: `${fieldManager}-certificates`,
    clock: client.clock,
    log,
    loopHooks: metrics.hooks,
    reflectorHooks: metrics.hooks,
  });
  const controllers = new Controllers({
    client,
    settings,
    namespace,
    namespaces: namespacesFrom(values.namespaces),
    canaryNamespace: canaryNamespace(),
    concurrency: concurrencyFrom(values.concurrency),
    log,
    hooks: metrics.hooks,
  });
  metrics.follow({ queues: () => controllers.queues(), pods: () => countPods(controllers.cache.microservices.list()) });
  let filled = false;
  void controllers.cache.synced().then(() => {
    filled = true;
  });
  const probes = new ProbeServer({
    live: { 'event-loop': eventLoop.works },
    ready: { caches: () => filled },
    pages: { '/metrics': metrics.page },
  });
  eventLoop.start();
  await probes.listen(Number(values['probe-port']));
  log.info({ namespace, holder: election.holder }, 'The controller starts');
  const end = new AbortController();
  const watching = controllers.watch(AbortSignal.any([signal, end.signal]));
  const run = () => Promise.all([certificates.run(signal), controllers.work(signal)]);
  try {
    await election.whileLeading({ run, close: () => client.close() }, signal);
    return 0;
  } finally {
    end.abort();
    await watching;
    await probes.close();
    eventLoop.stop();
  }
}

/** @throws UsageError where it is no whole number between 1 and 100 */
function concurrencyFrom(text: string): number {
  if (!/^[1-9]\d?$|^100$/.test(text)) throw new UsageError('--concurrency must be a whole number between 1 and 100');
  return Number(text);
}

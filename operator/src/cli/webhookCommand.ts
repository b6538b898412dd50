import { parseArgs } from 'node:util';
import { certificateSecret, managedBy, managedByLabel } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions } from '../kube/builtin.ts';
import { Reflector } from '../kube/reflector.ts';
import { Store } from '../kube/store.ts';
import { EventLoopWatch } from '../observe/eventLoopWatch.ts';
import { createLog } from '../observe/log.ts';
import { OperatorMetrics } from '../observe/metrics.ts';
import { podHandler } from '../webhook/admit.ts';
import { readCertificate } from '../webhook/certificate.ts';
import { PlanFinder, planIndex } from '../webhook/planFinder.ts';
import { serveWebhook } from '../webhook/serve.ts';
import { canaryNamespace, namespacesFrom } from './namespaces.ts';
import { connect, requiredEnv } from './process.ts';

/** `standpipe webhook`: injects pods by the stored Plans. Any number of replicas, no leader. */
export async function webhookCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8443' },
      'probe-port': { type: 'string', default: '8081' },
      'log-level': { type: 'string', default: 'info' },
      // Where pods are injected; everywhere where nothing is said.
      namespaces: { type: 'string' },
    },
  });
  const namespace = requiredEnv('POD_NAMESPACE', "the operator's own namespace");
  const log = createLog('webhook', values['log-level']);
  const eventLoop = new EventLoopWatch();
  const metrics = new OperatorMetrics('webhook', eventLoop);
  const client = connect('webhook', { observe: metrics.called });

  const asked = namespacesFrom(values.namespaces);
  const namespaces = asked && [...asked, canaryNamespace()];
  const plans = new Store<ControllerRevision>({ indexers: planIndex, namespaces });
  const labelSelector = `${managedByLabel}=${managedBy}`;
  const { hooks } = metrics;
  const shared = { client, type: controllerRevisions, store: plans, labelSelector, hooks, log };
  const parts = namespaces?.map((one) => ({ ...shared, namespace: one })) ?? [shared];
  eventLoop.start();
  // The Plans are followed until the last pod is answered, which is after the process was told to end.
  const end = new AbortController();
  const following = Promise.all(parts.map((part) => new Reflector(part).run(end.signal)));
  await serveWebhook(
    {
      client,
      namespace,
      secretName: certificateSecret,
      handle: podHandler(new PlanFinder(plans), (verdict, reason, seconds) =>
        metrics.admitted(verdict, reason, seconds),
      ),
      port: Number(values.port),
      probePort: Number(values['probe-port']),
      live: { 'event-loop': eventLoop.works },
      ready: { plans: () => plans.isSynced },
      pages: { '/metrics': metrics.page },
      onCertificate: ({ certificate }) => {
        const facts = readCertificate(certificate);
        if (facts !== undefined) metrics.certificateTaken(facts.notAfter);
      },
      reflectorHooks: hooks,
      log,
    },
    signal,
  );
  end.abort();
  await following;
  await client.close();
  eventLoop.stop();
  return 0;
}

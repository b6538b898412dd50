import { parseArgs } from 'node:util';
import { managedBy, managedByLabel } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions } from '../kube/builtin.ts';
import { Reflector } from '../kube/reflector.ts';
import { Store } from '../kube/store.ts';
import { createLog } from '../observe/log.ts';
import { OperatorMetrics } from '../observe/metrics.ts';
import { podHandler } from '../webhook/admit.ts';
import { readCertificate } from '../webhook/certificate.ts';
import { CertificateSource } from '../webhook/certificateSource.ts';
import { PlanFinder, planIndex } from '../webhook/planFinder.ts';
import { ProbeServer } from '../webhook/probes.ts';
import { WebhookServer } from '../webhook/server.ts';
import { connect, requiredEnv, untilTerminated } from './process.ts';

/** `standpipe webhook`: injects pods by the stored Plans. Any number of replicas, no leader. */
export async function webhookCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8443' },
      'probe-port': { type: 'string', default: '8081' },
      'log-level': { type: 'string', default: 'info' },
    },
  });
  const namespace = requiredEnv('POD_NAMESPACE', "the operator's own namespace");
  const log = createLog('webhook', values['log-level']);
  const metrics = new OperatorMetrics();
  const client = connect('webhook');
  const signal = untilTerminated();

  const plans = new Store<ControllerRevision>({ indexers: planIndex });
  const labelSelector = `${managedByLabel}=${managedBy}`;
  const reflector = new Reflector({
    client,
    type: controllerRevisions,
    store: plans,
    labelSelector,
    hooks: metrics.hooks,
    log,
  });
  const handle = podHandler(new PlanFinder(plans), (verdict, reason, seconds) =>
    metrics.admitted(verdict, reason, seconds),
  );

  let server: WebhookServer | undefined;
  let listening = false;
  const certificates = new CertificateSource({
    client,
    namespace,
    secretName: 'standpipe-webhook-certificate',
    hooks: metrics.hooks,
    log,
    onCertificate: (identity) => {
      const facts = readCertificate(identity.certificate);
      if (facts !== undefined) metrics.certificateTaken(facts.notAfter);
      if (server !== undefined) {
        server.swapCertificate(identity);
        return;
      }
      server = new WebhookServer({ handle, identity, log });
      void server.listen(Number(values.port)).then(() => {
        listening = true;
        log.info({ port: values.port }, 'The webhook listens');
      });
    },
  });
  const probes = new ProbeServer({
    ready: { certificate: () => listening, plans: () => plans.isSynced },
    pages: { '/metrics': metrics.page },
  });
  await probes.listen(Number(values['probe-port']));
  await Promise.all([certificates.run(signal), reflector.run(signal)]);
  await server?.close();
  await probes.close();
  await client.close();
  return 0;
}

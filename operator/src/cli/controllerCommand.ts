import { parseArgs } from 'node:util';
import { certificateSecret, fieldManager, webhookConfiguration } from '../api/names.ts';
import { Controllers } from '../controllers/run.ts';
import { createLog } from '../observe/log.ts';
import { OperatorMetrics } from '../observe/metrics.ts';
import { ProbeServer } from '../observe/probes.ts';
import { CertificateController } from '../webhook/certificateController.ts';
import { connect, requiredEnv } from './process.ts';
import { settingsFrom } from './settingsFile.ts';

/** `standpipe controller`: marks workloads, writes what pods need, and keeps the webhook's certificate. */
export async function controllerCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      settings: { type: 'string' },
      // Further names by which API servers call the webhook, beside that of its Service.
      'webhook-name': { type: 'string', multiple: true, default: [] },
      'probe-port': { type: 'string', default: '8081' },
      'log-level': { type: 'string', default: 'info' },
    },
  });
  const namespace = requiredEnv('POD_NAMESPACE', "the operator's own namespace");
  const settings = settingsFrom(values.settings);
  const log = createLog('controller', values['log-level']);
  const metrics = new OperatorMetrics();
  const client = connect('controller');

  const certificates = new CertificateController({
    client,
    namespace,
    secretName: certificateSecret,
    configurationName: webhookConfiguration,
    dnsNames: [`standpipe-webhook.${namespace}.svc`, ...values['webhook-name']],
    fieldManager: `${fieldManager}-certificates`,
    log,
    loopHooks: metrics.hooks,
    reflectorHooks: metrics.hooks,
  });
  const controllers = new Controllers({
    client,
    settings,
    namespace,
    canaryNamespace: process.env.STANDPIPE_CANARY_NAMESPACE ?? 'standpipe-canary',
    log,
    hooks: metrics.hooks,
  });
  let filled = false;
  void controllers.cache.synced().then(() => {
    filled = true;
  });
  const probes = new ProbeServer({
    ready: { caches: () => filled },
    pages: { '/metrics': metrics.page },
  });
  await probes.listen(Number(values['probe-port']));
  log.info({ namespace }, 'The controller starts');
  await Promise.all([certificates.run(signal), controllers.run(signal)]);
  await probes.close();
  await client.close();
  return 0;
}

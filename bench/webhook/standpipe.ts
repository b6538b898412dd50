/**
 * The webhook's server with its handler, Plans and metrics, as one process that needs no cluster: the whole path of a
 * request, with a Plan in the cache instead of a watch that put it there.
 */
import { readFileSync } from 'node:fs';
import { OperatorMetrics } from '../../operator/src/observe/metrics.ts';
import { podHandler } from '../../operator/src/webhook/admit.ts';
import { PlanFinder } from '../../operator/src/webhook/planFinder.ts';
import { WebhookServer } from '../../operator/src/webhook/server.ts';
import { planStore, stored } from '../../operator/src/webhook/testing/storedPlans.ts';
import { plan } from './plan.ts';

const [certificate, key, port] = process.argv.slice(2) as [string, string, string];
const metrics = new OperatorMetrics('webhook');
const plans = new PlanFinder(planStore(stored(plan, 1)));
const server = new WebhookServer({
  handle: podHandler(plans, (verdict, reason, seconds) => metrics.admitted(verdict, reason, seconds)),
  identity: { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8'), authority: '' },
});
await server.listen(Number(port), '127.0.0.1');

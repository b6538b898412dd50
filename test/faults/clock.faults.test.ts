import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microserviceLabel, trialAnnotation } from '../../operator/src/api/names.ts';
import type { Trial } from '../../operator/src/controllers/trial.ts';
import type { ControllerRevision, Deployment, Lease, Secret } from '../../operator/src/kube/builtin.ts';
import { read, readAll } from '../api/cluster.ts';
import { microservice, workload } from '../api/workloads.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { Candidate } from './candidate.ts';
import { makePodsReady } from './readyPods.ts';

/** Two controllers whose clocks are wrong, each in its own way; the cluster and the webhook have the right time. */

const processes = new OperatorProcesses();
const system = 'standpipe-system';
let namespace = '';

beforeAll(async () => {
  await processes.start('image: example.org/sidecar:1\n');
  await processes.end('controller', 'SIGTERM');
  namespace = await newNamespace('clock');
});
afterAll(async () => {
  await processes.stop();
  await dropNamespace(namespace);
});

const lease = (): Promise<Lease> => read<Lease>(system, 'lease', 'standpipe-controller');
const deployment = (name: string): Promise<Deployment> => read<Deployment>(namespace, 'deployment', name);

async function certificate(): Promise<X509Certificate> {
  const { data } = await read<Secret>(system, 'secret', 'standpipe-webhook-certificate');
  return new X509Certificate(Buffer.from(data?.['tls.crt'] ?? '', 'base64'));
}

/** The trial that is noted on the Plan of a Microservice. */
async function trialOf(name: string): Promise<Trial> {
  const plans = await readAll<ControllerRevision>(
    namespace,
    'controllerrevisions',
    '-l',
    `standpipe.dev/owner=${name}`,
  );
  return JSON.parse(plans[0]?.metadata.annotations?.[trialAnnotation] ?? '{}') as Trial;
}

const start = (port: number, skewSeconds: number): Promise<Candidate> =>
  Candidate.start(processes.token('controller'), port, { skewSeconds, args: ['--webhook-name', 'localhost'] });

const untilLeads = (candidate: Candidate): Promise<void> =>
  eventually(async () => expect(await candidate.leads(), candidate.output).toBe(true));

const minutes = (ms: number): number => Math.abs(ms) / 60_000;

/** Longer than a trial that began by another clock would need to be judged by this one. */
const judgedMs = 12_000;

test.each([
  ['ten minutes ahead', 'ten minutes behind', 600, -600, 'SIGTERM'],
  ['two hours behind', 'two hours ahead', -7_200, 7_200, 'SIGKILL'],
] as const)('a leader whose clock is %s is followed by one whose is %s, and all go on as before', async (...row) => {
  const [, , first, second, signal] = row;
  const name = `by${first}`.replace('-', 'minus');
  await apply(namespace, workload('Deployment', name));
  await eventually(async () => expect(await makePodsReady(namespace)).toBeGreaterThan(0));
  await eventually(async () => expect((await deployment(name)).status?.readyReplicas).toBe(1));
  // The certificate is made anew, by the first one's clock.
  await kubectl(['-n', system, 'delete', 'secret', 'standpipe-webhook-certificate']);
  const leader = await start(18_091, first);
  const other = await start(18_092, second).catch(async (error: unknown) => {
    await leader.stop();
    throw error;
  });
  try {
    await untilLeads(leader);
    await apply(namespace, microservice(name));
    await eventually(async () => expect((await trialOf(name)).state).toBe('running'));
    const [issued, trial, { spec }] = [await certificate(), await trialOf(name), await lease()];
    expect(trial.healthyBefore).toBe(true);
    expect(minutes(Date.now() - Date.parse(trial.since))).toBeLessThan(1);
    expect(minutes(Date.now() - issued.validFromDate.getTime())).toBeLessThan(7);

    leader.send(signal);
    await untilLeads(other);
    await sleep(judgedMs);
    expect(await trialOf(name)).toEqual(trial);
    expect((await deployment(name)).spec?.template.metadata?.labels?.[microserviceLabel]).toBe(name);
    expect((await certificate()).fingerprint256).toBe(issued.fingerprint256);
    expect((await lease()).spec?.leaseTransitions).toBe((spec?.leaseTransitions ?? 0) + 1);
    expect(leader.writes.at(-1)).toBeLessThan(other.writes[0] ?? Number.POSITIVE_INFINITY);
    expect(other.writes.length).toBeLessThan(10);
    expect(other.runs).toBe(true);
  } finally {
    await leader.stop();
    await other.stop();
  }
});

import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { certificateSecret, planName, revisionAnnotation, webhookConfiguration } from '../../operator/src/api/names.ts';
import { recordOf } from '../../operator/src/inject/record.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { controllerRevisions, mutatingWebhookConfigurations, pods, secrets } from '../../operator/src/kube/builtin.ts';
import { Client } from '../../operator/src/kube/client.ts';
import { testClient } from '../../operator/src/kube/testing/apiServer.ts';
import type { Plan } from '../../operator/src/plan/plan.ts';
import { revisionOf } from '../../operator/src/plan/revision.ts';
import { plan as planned, resources } from '../../operator/src/plan/testing/builders.ts';
import { issueIdentity } from '../../operator/src/webhook/certificate.ts';
import { servingFrom } from '../../operator/src/webhook/certificateSecret.ts';
import { WebhookServer } from '../../operator/src/webhook/server.ts';
import { apply, dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { WebhookReplicas } from '../support/webhookReplicas.ts';
import { CertificateRotations } from './certificateRotations.ts';
import { read } from './cluster.ts';
import { PodStream } from './podStream.ts';
import { microservice } from './workloads.ts';

/** The webhook as API servers see it: two replicas behind one address, whose certificate is rotated by its own rules. */

const operator = new OperatorProcesses();
const replicas = new WebhookReplicas(operator);
/** A Plan with both sidecars. */
const orders = (microservice = 'orders', drainSeconds = 10): Plan =>
  planned({
    namespace,
    microservice,
    logs: { source: 'stdout', directories: [], drainSeconds, stateBytes: 1 << 26, resources },
  });
const sidecars = ['standpipe-logs', 'standpipe-metrics'];

let client: Client;
let controller: Client;
let namespace: string;
let rotations: CertificateRotations | undefined;

beforeAll(async () => {
  await operator.install('');
  client = testClient();
  const config = new KubeConfig();
  config.loadFromFile(operator.kubeconfig('controller'));
  controller = new Client(config);
  namespace = await newNamespace('webhook');
  await apply(namespace, microservice('orders'), microservice('late'));
  await (await storing(orders()))();
  rotations = await CertificateRotations.start(client, replicas);
  await replicas.start(2);
  await replicas.ready();
  await eventually(async () => expect(initContainersOf(await create())).toEqual(sidecars));
});
afterAll(async () => {
  await rotations?.stop();
  await replicas.stop();
  await operator.stop();
  await dropNamespace(namespace);
  await Promise.all([client.close(), controller.close()]);
});

/** Makes ready to store a Plan as the controller does, who alone may: the result does it. */
async function storing(plan: Plan): Promise<() => Promise<unknown>> {
  const { microservice: name } = plan;
  const { apiVersion, kind, metadata } = await read<Microservice>(namespace, 'microservice', name);
  const object = {
    metadata: {
      name: planName(name, revisionOf(plan)),
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'standpipe', 'standpipe.dev/owner': name },
      ownerReferences: [{ apiVersion, kind, name, uid: metadata.uid ?? '', controller: true }],
    },
    data: plan as never,
    revision: 1,
  };
  return () => controller.apply(controllerRevisions, object, { fieldManager: 'standpipe' });
}

/** A pod with the label of a Microservice. */
function labelled(microservice = 'orders', annotations: Record<string, string> = {}) {
  const labels = { 'standpipe.dev/microservice': microservice };
  return { metadata: { namespace, generateName: 'pod-', labels, annotations }, spec: { containers: [app] } };
}

const app = { name: 'app', image: 'example.org/app:1' };

/** Creates a pod as a dry run and gives back what the API server made of it. */
async function create(pod: object = labelled()): Promise<PodTemplate> {
  const signal = AbortSignal.timeout(60_000);
  return (await client.create(pods, pod as never, { dryRun: true, signal })) as unknown as PodTemplate;
}

const initContainersOf = ({ spec }: PodTemplate) => (spec.initContainers ?? []).map(({ name }) => name);

/** How often the API server let a pod through because the webhook could not be asked, or refused one because of it. */
async function failures(): Promise<number> {
  const page = await kubectl(['get', '--raw', '/metrics']);
  const counted =
    /^apiserver_admission_webhook_(?:fail_open_count|rejection_count)\{.*name="pods\.standpipe\.dev".*\} (\S+)$/gm;
  return page.matchAll(counted).reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Does something while pods are created, and expects that each was injected. */
async function withoutMissingAPod(work: () => Promise<void>): Promise<void> {
  const before = await failures();
  const stream = new PodStream(async () => expect(initContainersOf(await create())).toEqual(sidecars));
  try {
    await work();
  } finally {
    expect(await stream.stop()).toEqual([]);
  }
  expect(stream.created).toBeGreaterThan(0);
  expect(await failures()).toBe(before);
}

describe('no pod is missed', () => {
  test('while the certificate and its authority are replaced four times', async () => {
    await withoutMissingAPod(async () => {
      const shown = [await rotations?.rotateTwice(), await rotations?.rotateTwice()].flat();
      expect(new Set(shown).size).toBe(4);
    });
  });

  test('while one of the replicas ends', async () => {
    await withoutMissingAPod(() => replicas.end(0));
    replicas.restart(0);
    await replicas.ready();
  });
});

describe('a pod', () => {
  test('that comes just before its Plan is held for it', async () => {
    let drainSeconds = 10;
    // A busy machine may take more than the second of the hold to store it, so there is a next Plan.
    await eventually(async () => {
      drainSeconds += 1;
      const late = orders('late', drainSeconds);
      const store = await storing(late);
      const [pod] = await Promise.all([create(labelled('late', { [revisionAnnotation]: revisionOf(late) })), store()]);
      expect(initContainersOf(pod)).toEqual(sidecars);
    });
  });

  test('that another webhook changes afterwards is injected again, and comes out the same', async () => {
    const other = await addingContainer();
    try {
      const admissions = await injections();
      const pod = await eventually(async () => {
        const changed = await create();
        expect(initContainersOf(changed)).toContain('other-init');
        return changed;
      });
      expect(initContainersOf(pod)).toEqual([...sidecars, 'other-init']);
      expect(pod.spec.containers.map(({ name }) => name)).toEqual(['other', 'app']);
      expect((pod.spec.volumes ?? []).filter(({ name }) => name === 'standpipe-config')).toHaveLength(1);
      expect(recordOf(pod)?.sidecars).toEqual(sidecars);
      expect((await injections()) - admissions).toBeGreaterThanOrEqual(2);
    } finally {
      await other.stop();
    }
  });

  test('that is only tried leaves nothing behind', async () => {
    await create();
    expect((await client.list(pods, { namespace })).items).toEqual([]);
  });

  test('that cannot be injected says so to who applies it, and one that opts out says nothing', async () => {
    const tried = async (pod: object) => {
      const object = { apiVersion: 'v1', kind: 'Pod', ...pod };
      return tryKubectl(['create', '--dry-run=server', '-o', 'name', '-f', '-'], JSON.stringify(object));
    };
    const onNode = labelled();
    const spec = { ...onNode.spec, hostNetwork: true };
    expect((await tried({ ...onNode, spec })).stderr).toMatch(
      /^Warning: standpipe: not injected \(HostNetwork\)\. .+\n$/,
    );
    const optedOut = await tried(labelled('orders', { 'standpipe.dev/inject': 'false' }));
    expect([optedOut.code, optedOut.stderr]).toEqual([0, '']);
  });
});

describe('pods are created all the same', () => {
  /** Expects that a labelled pod comes bare, because the webhook could not be asked. */
  async function expectBare(): Promise<void> {
    const before = await failures();
    const pod = await create();
    expect([initContainersOf(pod), recordOf(pod)]).toEqual([[], null]);
    expect(await failures()).toBe(before + 1);
    await create({ metadata: { namespace, generateName: 'pod-' }, spec: { containers: [app] } });
    // Pods without the label have nothing to do with it.
    expect(await failures()).toBe(before + 1);
  }

  test.each<readonly [string, () => Promise<Server>]>([
    ['takes connections and never says a word', async () => createServer()],
    ['closes every connection', async () => createServer((socket) => socket.destroy())],
    [
      'speaks no TLS',
      async () => createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\n\r\n')),
    ],
    ['answers something else than a review', impostor],
  ])('while something %s in the place of the webhook', async (_, make) => {
    const server = await make();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const open = new Set<{ destroy: () => void }>();
    server.on('connection', (socket) => open.add(socket));
    replicas.leadTo((server.address() as AddressInfo).port);
    await expectBare();
    replicas.leadTo();
    for (const socket of open) socket.destroy();
    server.close();
    await replicas.ready();
    await eventually(async () => expect(initContainersOf(await create())).toEqual(sidecars));
  });

  test('while there is no webhook at all', async () => {
    await replicas.stop();
    await expectBare();
  });
});

/** Shows the webhook's own certificate and answers with JSON that is no review. */
async function impostor(): Promise<Server> {
  const secret = await client.get(secrets, { namespace: 'standpipe-system', name: certificateSecret });
  const { certificate = '', key = '' } = servingFrom(secret) ?? {};
  return createHttpsServer({ cert: certificate, key }, (_, response) => response.end('{"kind":"Surprise"}'));
}

/** How many pods all replicas together have injected. */
async function injections(): Promise<number> {
  const counted = /^standpipe_injection_total\{.*verdict="injected".*\} (\d+)$/gm;
  return (await replicas.metrics()).matchAll(counted).reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Installs another webhook, which is called after Standpipe's and puts its own containers in front of all others. */
async function addingContainer() {
  const identity = await issueIdentity({ dnsNames: ['localhost'], now: new Date(), lifetimeMs: 86_400_000 });
  const handle = async ({ request }: { readonly request: { readonly object?: object | null } }) => {
    const { spec } = request.object as PodTemplate;
    const isThere = spec.containers.some(({ name }) => name === 'other');
    const add = (path: string, name: string) => ({
      op: 'add' as const,
      path,
      value: { name, image: 'example.org/other:1' },
    });
    const patch = [add('/spec/initContainers/0', 'other-init'), add('/spec/containers/0', 'other')];
    return { allowed: true, patch: isThere ? [] : patch };
  };
  const server = new WebhookServer({ handle, identity });
  const { port } = await server.listen(0);
  const name = `${webhookConfiguration}-zz-other`;
  const webhook = {
    name: 'other.example.org',
    clientConfig: {
      url: `https://localhost:${port}/inject`,
      caBundle: Buffer.from(identity.authority).toString('base64'),
    },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    reinvocationPolicy: 'IfNeeded',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  await client.apply(
    mutatingWebhookConfigurations,
    { metadata: { name }, webhooks: [webhook] },
    { fieldManager: 'other' },
  );
  const stop = async () => {
    await client.delete(mutatingWebhookConfigurations, { name });
    await server.close();
  };
  return { stop };
}

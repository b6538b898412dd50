import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authority } from '../cluster/local/certificates.ts';
import { carelessPod, jobWithSidecar, logReader, web } from './cluster-objects.ts';
import { apply, dropNamespace, kubectl, newNamespace, tryKubectl } from './kubectl.ts';

/** What the suites count on in a cluster. When one of these fails, look at the cluster, not at Standpipe. */

const WAIT = '--timeout=120s';
let namespace = '';

beforeAll(async () => {
  namespace = await newNamespace('cluster');
});

afterAll(() => dropNamespace(namespace));

const own = (...args: readonly string[]): Promise<string> => kubectl(['-n', namespace, ...args]);

test('a Deployment rolls out, and pods reach it by the name of its Service', async () => {
  await apply(namespace, ...web);
  await own('rollout', 'status', 'deployment/web', WAIT);
  const ask = "fetch('http://web/').then((answer) => answer.text()).then(console.log)";
  expect(await own('exec', 'deployment/web', '--', 'node', '-e', ask)).toBe('hello\n');
});

test('a Job with a native sidecar completes, and the sidecar ends in peace', async () => {
  await apply(namespace, jobWithSidecar);
  await own('wait', '--for=condition=complete', 'job/side', WAIT);
  expect(await own('logs', 'job/side', '-c', 'sidecar')).toBe('flushed\n');
});

test('a sidecar that is an ordinary user reads its own pod’s log files on the node', async () => {
  await apply(namespace, logReader);
  const read = (): Promise<string> => kubectl(['-n', namespace, 'logs', 'reader', '-c', 'reader', '--ignore-errors']);
  await own('wait', '--for=condition=ready', 'pod/reader', WAIT);
  await expect.poll(read, { timeout: 60_000, interval: 500 }).toMatch(/seen: \S+ stdout F a line\n/);
});

test('Pod Security "restricted" refuses a pod that may run as root', async () => {
  const strict = await newNamespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
  const answer = await tryKubectl(['-n', strict, 'create', '-f', '-'], JSON.stringify(carelessPod));
  await dropNamespace(strict);
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('violates PodSecurity "restricted:latest"');
});

/** The node's address, if this process has it: only then can the API server reach a server of ours by way of a Service. */
async function ownNodeAddress(): Promise<string | undefined> {
  const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  const address = await kubectl(['get', 'nodes', '-o', `jsonpath=${path}`]);
  const mine = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address));
  return mine.find((candidate) => candidate === address.trim());
}

test('the API server calls an admission webhook behind a Service without a selector', async (context) => {
  const address = await ownNodeAddress();
  if (address === undefined) return context.skip('this process is not in the node’s network');
  const ca = await authority('webhook-test');
  const host = `gate.${namespace}.svc`;
  const { certificate, privateKey } = await ca.sign({ name: host, usage: 'server', hosts: [host] });
  const server = createServer({ cert: certificate, key: privateKey }, (request, answer) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { uid } = JSON.parse(body).request;
      const response = { uid, allowed: false, status: { message: 'the gate is closed' } };
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, () => resolve()));
  const { port } = server.address() as AddressInfo;
  const clientConfig = {
    service: { namespace, name: 'gate' },
    caBundle: Buffer.from(ca.certificate).toString('base64'),
  };
  const configuration = `gate.${namespace}`;
  try {
    await apply(
      namespace,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'gate' },
        spec: { ports: [{ port: 443, targetPort: port }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'gate-1', labels: { 'kubernetes.io/service-name': 'gate' } },
        addressType: 'IPv4',
        ports: [{ port }],
        endpoints: [{ addresses: [address] }],
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: configuration },
        webhooks: [
          {
            name: 'gate.example.com',
            clientConfig,
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
          },
        ],
      },
    );
    const create = (): Promise<string> =>
      tryKubectl(['-n', namespace, 'create', 'configmap', 'x', '--dry-run=server']).then(({ stderr }) => stderr);
    await expect.poll(create, { timeout: 30_000, interval: 200 }).toContain('the gate is closed');
  } finally {
    await kubectl(['delete', 'validatingwebhookconfiguration', configuration, '--ignore-not-found']);
    server.close();
  }
});

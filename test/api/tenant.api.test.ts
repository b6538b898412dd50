import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Container, PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { attacks, forgedPlan, labelledPod, valid } from './attacks.ts';
import { messageOf, read, readAll, untilCondition } from './cluster.ts';
import { platform } from './platform.ts';
import { container, microservice, workload } from './workloads.ts';

/** What a tenant tries who has every right in one namespace, short of the policies, and none elsewhere. */

const operator = new OperatorProcesses();
const sidecarImage = 'example.org/sidecar:1';
let namespace = '';
let neighbour = '';

beforeAll(async () => {
  await operator.start(`image: ${sidecarImage}\n`);
  await kubectl(['apply', '-f', '-'], platform);
  namespace = await newNamespace('tenant', { team: 'shop' });
  neighbour = await newNamespace('neighbour', { team: 'other' });
  const tenant = `--serviceaccount=${namespace}:default`;
  // All of the namespace, stored Plans included: more than the built-in role admin has.
  await kubectl(['-n', namespace, 'create', 'role', 'tenant', '--verb=*', '--resource=*.*']);
  const everything = [{ op: 'replace', path: '/rules', value: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }];
  await kubectl(['-n', namespace, 'patch', 'role', 'tenant', '--type=json', '-p', JSON.stringify(everything)]);
  await kubectl(['-n', namespace, 'create', 'rolebinding', 'tenant', '--role=tenant', tenant]);
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
  await dropNamespace(neighbour);
});

/** Runs kubectl as the tenant. */
function asTenant(args: readonly string[], input = '') {
  return tryKubectl(['-n', namespace, `--as=system:serviceaccount:${namespace}:default`, ...args], input);
}

/** Applies an object as the tenant: the refusal, or an empty text. */
async function tenantApplies(object: object, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await asTenant(['apply', '--server-side', ...args, '-f', '-'], JSON.stringify(object));
  return code === 0 ? '' : stderr;
}

const imagesOf = ({ spec }: PodTemplate) => (spec.initContainers ?? []).map(({ image }: Container) => image);

describe('a declaration', () => {
  test('that is right is taken', async () => {
    expect(await tenantApplies(valid, '--dry-run=server')).toBe('');
  });

  test('is refused with a line break, a path upwards, an expansion or far too much in any of its strings', async () => {
    const right = { ...valid, metadata: { name: 'attack-none' } };
    const list = { apiVersion: 'v1', kind: 'List', items: [...attacks.map(({ object }) => object), right] };
    const args = ['create', '--dry-run=server', '--validate=false', '-o', 'name', '-f', '-'];
    const { stdout } = await asTenant(args, JSON.stringify(list));
    const taken = attacks.filter((_, i) => stdout.includes(`microservice.standpipe.dev/attack-${i}\n`));
    expect(stdout).toContain('microservice.standpipe.dev/attack-none\n');
    expect(attacks.length).toBeGreaterThan(100);
    expect(taken.map(({ path, value }) => `${path} = ${value.slice(0, 40)}`)).toEqual([]);
  });

  test.each([
    '/fluent-bit/bin/*.log',
    '/standpipe/*.log',
    '/usr/local/bin/x.log',
    '/etc/standpipe/*.log',
    '/var/lib/standpipe/x.log',
    '/var/log/standpipe-pod/x.log',
    '/proc/self/x.log',
    '/dev/x.log',
    '/*.log',
    '/var/log/pods/x.log',
    '/var/run/secrets/kubernetes.io/serviceaccount/x.log',
  ])('cannot have the folder of %s shared with the sidecar', async (file) => {
    expect(await tenantApplies(microservice('files', { logging: { files: [file] } }), '--dry-run=server')).toContain(
      'files',
    );
  });

  test('cannot reach into another namespace', async () => {
    await apply(neighbour, workload('Deployment', 'secretive'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hidden' },
      stringData: { password: 'neighbours-own' },
    });
    await apply(neighbour, microservice('secretive'));
    await apply(namespace, workload('Deployment', 'nosy'));
    await apply(namespace, microservice('nosy', { bindings: [{ name: 'a', secretName: 'hidden' }] }));
    const secret = await untilCondition(namespace, 'nosy', 'Ready', 'SecretNotFound');
    await apply(namespace, microservice('nosy', { bindings: [{ name: 'a', microservice: { name: 'secretive' } }] }));
    const peer = await untilCondition(namespace, 'nosy', 'Ready', 'MicroserviceNotFound');
    await apply(namespace, microservice('nosy', { workload: { name: 'secretive' } }));
    const taken = await untilCondition(namespace, 'nosy', 'Ready', 'WorkloadNotFound');
    for (const refused of [secret, peer, taken]) expect(JSON.stringify(refused.status)).not.toContain(neighbour);
    for (const reference of [{ secretName: `${neighbour}/hidden` }, { secretName: 'hidden', namespace: neighbour }]) {
      const object = microservice('nosy', { bindings: [{ name: 'a', ...reference }] });
      expect(await tenantApplies(object, '--dry-run=server')).toMatch(/secretName|namespace/);
    }
  });

  test('without a grant learns of a Broker that it has none, and nothing of its credential', async () => {
    await apply(
      neighbour,
      microservice('wants', { workload: { kind: 'None' }, bindings: [{ name: 'e', brokerName: 'main' }] }),
    );
    const refused = await untilCondition(neighbour, 'wants', 'Ready', 'BrokerNotGranted');
    expect(JSON.stringify(refused.status)).not.toMatch(/main-user|p"w|kafka\.example|shop/);
    expect(await readAll(neighbour, 'secret', '-l', 'standpipe.dev/owner=wants')).toEqual([]);
  });
});

describe('a stored Plan', () => {
  const forged = (name: string, labels: object = {}) => forgedPlan(namespace, name, labels);
  const ours = { 'app.kubernetes.io/managed-by': 'standpipe' };

  beforeAll(async () => {
    await apply(namespace, microservice('app', { workload: { kind: 'None' } }));
    await untilCondition(namespace, 'app', 'Ready', 'Ready');
  });

  test('cannot be made, changed or taken over by a tenant who may do everything in the namespace', async () => {
    await eventually(async () => {
      expect(await tenantApplies(forged('standpipe.app.forged', ours))).toContain('only the controller of Standpipe');
    });
    const [plan] = await readAll<{ metadata: { name: string } }>(
      namespace,
      'controllerrevision',
      '-l',
      'standpipe.dev/owner=app',
    );
    const named = ['controllerrevision', plan?.metadata.name ?? ''];
    for (const patch of [{ revision: 1000 }, { metadata: { labels: { 'standpipe.dev/owner': 'other' } } }]) {
      const { stderr } = await asTenant(['patch', ...named, '--type=merge', '-p', JSON.stringify(patch)]);
      expect(stderr).toContain('only the controller of Standpipe');
    }
    expect(await tenantApplies(forged('mine'))).toBe('');
    const { stderr } = await asTenant([
      'label',
      'controllerrevision',
      'mine',
      'app.kubernetes.io/managed-by=standpipe',
    ]);
    expect(stderr).toContain('only the controller of Standpipe');
  });

  test('that a tenant made without our label is not used by the webhook', async () => {
    expect(await tenantApplies(forged('standpipe.app.bare'))).toBe('');
    const annotations = { 'standpipe.dev/revision': 'bare' };
    await kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(labelledPod('bare', { annotations })));
    expect(imagesOf(await read(namespace, 'pod', 'bare'))).toEqual([]);
    await kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(labelledPod('newest')));
    expect(imagesOf(await read(namespace, 'pod', 'newest'))).toEqual([sidecarImage]);
  });

  test('under whose name there is something else leaves that alone, and its Microservice says so', async () => {
    const squat = microservice('squat', { workload: { kind: 'None' } });
    await apply(namespace, squat);
    const { status } = await untilCondition(namespace, 'squat', 'Ready', 'Ready');
    await kubectl(['-n', namespace, 'delete', 'microservice', 'squat']);
    const name = `standpipe.squat.${status?.revision}`;
    await kubectl(['-n', namespace, 'wait', '--for=delete', `controllerrevision/${name}`, '--timeout=60s']);
    const other = forged(name);
    expect(await tenantApplies(other)).toBe('');
    await apply(namespace, squat);
    const refused = await untilCondition(namespace, 'squat', 'Ready', 'SecretNotOurs');
    expect(messageOf(refused, 'Ready')).toContain(`ControllerRevision ${name}`);
    expect(await read(namespace, 'controllerrevision', name)).toMatchObject({ data: other.data });
    expect((await asTenant(['delete', 'controllerrevision', name])).code).toBe(0);
    await untilCondition(namespace, 'squat', 'Ready', 'Ready');
  });

  test('whose owner was taken off is not written over, and its Microservice says so', async () => {
    await apply(namespace, workload('Deployment', 'bare'), microservice('bare'));
    const { status } = await untilCondition(namespace, 'bare', 'BindingsReady', 'NoBindings');
    const plan = ['controllerrevision', `standpipe.bare.${status?.revision}`];
    const strip = JSON.stringify({ metadata: { ownerReferences: null } });
    expect((await asTenant(['patch', ...plan, '--type=merge', '-p', strip])).code).toBe(0);
    // The controller remembers what it wrote until it is started again, or the Plan changes to it.
    await operator.end('controller', 'SIGTERM');
    await operator.run('controller');
    await untilCondition(namespace, 'bare', 'Ready', 'Forbidden');
    expect((await asTenant(['delete', ...plan])).code).toBe(0);
    await eventually(async () => {
      const { metadata } = await read<{ metadata: { ownerReferences?: object[] } }>(
        namespace,
        plan[0] ?? '',
        plan[1] ?? '',
      );
      expect(metadata.ownerReferences).toHaveLength(1);
    });
  });
});

describe('a pod', () => {
  test('with a container of ours by name is admitted as it is', async () => {
    const spoofed = { ...container, name: 'standpipe-metrics', image: 'evil.example/x' };
    const { stderr } = await asTenant(['create', '-f', '-'], JSON.stringify(labelledPod('spoofed', {}, [spoofed])));
    expect(stderr).toContain('NameTaken');
    expect(imagesOf(await read(namespace, 'pod', 'spoofed'))).toEqual([]);
  });

  const record = {
    revision: 'x',
    tap: 'Tapped',
    taps: [],
    sidecars: ['standpipe-metrics'],
    undo: { absent: [], imagePullSecrets: [], grace: null, annotations: {}, containers: {} },
  };
  test.each([
    ['of a right shape', JSON.stringify(record)],
    ['that names a container of the app', JSON.stringify({ ...record, sidecars: ['app'] })],
    ['that is no JSON', '{'],
    ['with a prototype', '{"__proto__":{"revision":"x"},"revision":{}}'],
  ])('with a forged record %s gets the sidecars all the same, and loses nothing', async (title, text) => {
    const name = `forged-${title.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}`;
    const annotations = { 'standpipe.dev/injected': text };
    await kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(labelledPod(name, { annotations })));
    const pod = await read<PodTemplate>(namespace, 'pod', name);
    expect(imagesOf(pod)).toEqual([sidecarImage]);
    expect(pod.spec.containers.map((one) => one.name)).toEqual(['app']);
  });

  test('that names a Microservice of another namespace, or a path to one, is admitted as it is', async () => {
    await untilCondition(neighbour, 'secretive', 'BindingsReady', 'NoBindings');
    const labels = { 'standpipe.dev/microservice': 'secretive' };
    const { stderr } = await asTenant(['create', '-f', '-'], JSON.stringify(labelledPod('foreign', { labels })));
    expect(stderr).toContain('PlanMissing');
    expect(stderr).not.toContain(neighbour);
    const annotations = { 'standpipe.dev/revision': `../../${neighbour}/standpipe.secretive` };
    const upwards = await asTenant(['create', '-f', '-'], JSON.stringify(labelledPod('upwards', { annotations })));
    expect(upwards.stderr).toContain('PlanMissing');
    const dotted = { 'standpipe.dev/microservice': 'app.x' };
    const third = await asTenant(['create', '-f', '-'], JSON.stringify(labelledPod('dotted', { labels: dotted })));
    expect(third.stderr).toContain('PlanMissing');
  });
});

describe('an object of a Microservice', () => {
  test('whose owner was taken off is left alone from then on, and so is one that was there before', async () => {
    await apply(namespace, workload('Deployment', 'stripped'));
    const bindings = [{ name: 'e', brokerName: 'main' }];
    await apply(namespace, microservice('stripped', { bindings }));
    await untilCondition(namespace, 'stripped', 'BindingsReady', 'BindingsReady');
    const patch = JSON.stringify({ metadata: { ownerReferences: null }, data: { password: 'bWluZQ==' } });
    const patched = await asTenant(['patch', 'secret', 'standpipe.stripped.e', '--type=merge', '-p', patch]);
    expect(patched.code).toBe(0);
    await apply(namespace, microservice('stripped', { bindings: [...bindings, { name: 'f', brokerName: 'main' }] }));
    await operator.end('controller', 'SIGTERM');
    await operator.run('controller');
    const refused = await untilCondition(namespace, 'stripped', 'Ready', 'SecretNotOurs');
    expect(messageOf(refused, 'Ready')).toContain('standpipe.stripped.e');
    const { data } = await read<{ data: Record<string, string> }>(namespace, 'secret', 'standpipe.stripped.e');
    expect(data.password).toBe('bWluZQ==');
    expect((await asTenant(['delete', 'secret', 'standpipe.stripped.e'])).code).toBe(0);
    await untilCondition(namespace, 'stripped', 'BindingsReady', 'BindingsReady');
  });

  test('that a tenant gave to a forged owner is not deleted with a Microservice of that name', async () => {
    const owner = { apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', name: 'hijack', uid: '1-2-3' };
    const labels = { 'app.kubernetes.io/managed-by': 'standpipe', 'standpipe.dev/owner': 'hijack' };
    for (const [kind, name] of [
      ['Secret', 'standpipe.hijack.e'],
      ['ConfigMap', 'standpipe.hijack'],
    ]) {
      const metadata = { name, labels };
      expect(await tenantApplies({ apiVersion: 'v1', kind, metadata })).toBe('');
    }
    await apply(namespace, workload('Deployment', 'hijack'));
    await apply(namespace, microservice('hijack', { bindings: [{ name: 'e', brokerName: 'main' }] }));
    await untilCondition(namespace, 'hijack', 'Ready', 'SecretNotOurs');
    expect(
      await tenantApplies({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'standpipe.hijack.e', labels, ownerReferences: [owner] },
      }),
    ).toBe('');
    await untilCondition(namespace, 'hijack', 'Ready', 'SecretNotOurs');
    const secret = await tryKubectl(['-n', namespace, 'get', 'secret', 'standpipe.hijack.e', '-o', 'jsonpath={.data}']);
    expect(secret.stdout).toBe('');
  });
});

test('nothing of a Secret, and no name of a neighbour, stands in what the operator says to a tenant', async () => {
  const told = await kubectl(['-n', namespace, 'get', 'microservices,events', '-o', 'yaml']);
  expect(told).not.toContain(neighbour);
  for (const text of [told, operator.logs('controller'), operator.logs('webhook')]) {
    for (const password of ['neighbours-own', 'p"w', 'p\\"w', Buffer.from('p"w\\d').toString('base64')]) {
      expect(text).not.toContain(password);
    }
  }
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../operator/src/api/generated/broker.ts';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import type { Container, PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { messageOf, read, readAll, untilCondition } from './cluster.ts';
import { contradictions } from './contradictions.ts';
import { platform } from './platform.ts';
import { container, type Kind, microservice, service, workload } from './workloads.ts';

const operator = new OperatorProcesses();
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  await kubectl(['apply', '-f', '-'], platform);
  namespace = await newNamespace('operator', { team: 'shop' });
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

const templatePath: Readonly<Record<Kind, (object: never) => PodTemplate>> = {
  Deployment: ({ spec }: { spec: { template: PodTemplate } }) => spec.template,
  StatefulSet: ({ spec }: { spec: { template: PodTemplate } }) => spec.template,
  DaemonSet: ({ spec }: { spec: { template: PodTemplate } }) => spec.template,
  CronJob: ({ spec }: { spec: { jobTemplate: { spec: { template: PodTemplate } } } }) => spec.jobTemplate.spec.template,
};

const sidecarNames = (pod: PodTemplate) => (pod.spec.initContainers ?? []).map(({ name }: Container) => name);

describe('a workload', () => {
  test.each<Kind>(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'])(
    'of kind %s is marked, and given back exactly when its Microservice is deleted',
    async (kind) => {
      const name = `mark-${kind.toLowerCase()}`;
      await apply(namespace, workload(kind, name));
      const before = templatePath[kind](await read(namespace, kind, name));
      await apply(namespace, microservice(name, { workload: { kind }, ports: [{ name: 'http', port: 8080 }] }));
      const { status } = await eventually(async () => {
        const object = await untilCondition(namespace, name, 'InboundTapped', 'Tapped');
        expect(object.status?.workload).toBeDefined();
        return object;
      });
      const after = templatePath[kind](await read(namespace, kind, name));
      expect(after).toEqual({
        ...before,
        metadata: {
          ...before.metadata,
          labels: { ...before.metadata?.labels, 'standpipe.dev/microservice': name },
          annotations: { ...before.metadata?.annotations, 'standpipe.dev/revision': status?.revision },
        },
      });
      await kubectl(['-n', namespace, 'delete', 'microservice', name]);
      await eventually(async () => {
        const given = templatePath[kind](await read(namespace, kind, name));
        expect(given).toEqual(before);
      });
    },
  );

  test('that a Microservice no longer names is given back, and the new one marked', async () => {
    await apply(namespace, workload('Deployment', 'first'), workload('Deployment', 'second'));
    await apply(namespace, microservice('moves', { workload: { name: 'first' } }));
    const labels = async (name: string) =>
      (await read<{ spec: { template: PodTemplate } }>(namespace, 'deployment', name)).spec.template.metadata?.labels;
    await eventually(async () => expect(await labels('first')).toHaveProperty(['standpipe.dev/microservice'], 'moves'));
    await apply(namespace, microservice('moves', { workload: { name: 'second' } }));
    await eventually(async () => {
      expect(await labels('second')).toHaveProperty(['standpipe.dev/microservice'], 'moves');
      expect(await labels('first')).toEqual({ app: 'first' });
    });
  });

  test('that an older Microservice has is not taken from it', async () => {
    await apply(namespace, workload('Deployment', 'wanted'), microservice('wanted'));
    await untilCondition(namespace, 'wanted', 'BindingsReady', 'NoBindings');
    await apply(namespace, microservice('wants-too', { workload: { name: 'wanted' } }));
    const refused = await untilCondition(namespace, 'wants-too', 'Ready', 'WorkloadTaken');
    expect(messageOf(refused, 'Ready')).toContain('older Microservice wanted');
    await kubectl(['-n', namespace, 'delete', 'microservice', 'wanted']);
    await untilCondition(namespace, 'wants-too', 'BindingsReady', 'NoBindings');
  });
});

describe('a pod', () => {
  test('of a marked workload is created with the sidecars in front', async () => {
    await apply(namespace, workload('Deployment', 'pods'), microservice('pods', { logging: {} }));
    await eventually(async () => {
      const pods = await readAll<PodTemplate>(namespace, 'pod', '-l', 'app=pods,standpipe.dev/microservice=pods');
      expect(pods.map(sidecarNames)).toEqual([['standpipe-logs', 'standpipe-metrics']]);
    });
  });

  test('that carries the label by hand gets the newest Plan', async () => {
    await apply(namespace, microservice('by-hand', { workload: { kind: 'None' } }));
    await untilCondition(namespace, 'by-hand', 'Ready', 'Ready');
    const labels = { 'standpipe.dev/microservice': 'by-hand' };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'by-hand', labels },
      spec: { containers: [container] },
    };
    await apply(namespace, pod);
    expect(sidecarNames(await read(namespace, 'pod', 'by-hand'))).toEqual(['standpipe-metrics']);
  });

  test('on the network of its node is admitted as it is, and the status says why', async () => {
    await apply(namespace, workload('Deployment', 'host', { hostNetwork: true }), microservice('host'));
    const { status } = await untilCondition(namespace, 'host', 'Injected', 'HostNetwork');
    expect(status?.workload).toBeUndefined();
  });

  test('in a namespace of the restricted standard is accepted with its sidecars', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const restricted = await newNamespace('restricted', labels);
    await apply(restricted, workload('Deployment', 'strict'));
    await apply(restricted, microservice('strict', { logging: { files: ['/var/log/strict/*.log'] } }));
    await eventually(async () => {
      const pods = await readAll<PodTemplate>(restricted, 'pod', '-l', 'standpipe.dev/microservice=strict');
      expect(pods.map(sidecarNames)).toEqual([['standpipe-logs', 'standpipe-metrics']]);
    });
    await dropNamespace(restricted);
  });
});

describe('a binding', () => {
  test('to a Broker becomes a Secret with what its clients need', async () => {
    await apply(namespace, workload('Deployment', 'events'));
    const bindings = [{ name: 'events', brokerName: 'main', as: ['files', 'env'] }];
    await apply(namespace, microservice('events', { bindings, publishes: [{ topic: 'orders.created' }] }));
    await untilCondition(namespace, 'events', 'BindingsReady', 'BindingsReady');
    const secret = await read<{ type: string; data: Record<string, string> }>(
      namespace,
      'secret',
      'standpipe.events.events',
    );
    const data = Object.entries(secret.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
    expect(secret.type).toBe('servicebinding.io/kafka');
    expect(Object.fromEntries(data)).toEqual({
      type: 'kafka',
      provider: 'standpipe',
      'bootstrap-servers': 'kafka.example:9092',
      bootstrapServers: 'kafka.example:9092',
      'security-protocol': 'SASL_PLAINTEXT',
      securityProtocol: 'SASL_PLAINTEXT',
      'sasl-mechanism': 'SCRAM-SHA-512',
      saslMechanism: 'SCRAM-SHA-512',
      username: 'shop',
      user: 'shop',
      password: 'p"w\\d',
      'client.properties': [
        'bootstrap.servers=kafka.example:9092',
        'security.protocol=SASL_PLAINTEXT',
        'sasl.mechanism=SCRAM-SHA-512',
        'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="shop" password="p\\\\"w\\\\\\\\d";',
        '',
      ].join('\n'),
      'librdkafka.properties': [
        'bootstrap.servers=kafka.example:9092',
        'security.protocol=SASL_PLAINTEXT',
        'sasl.mechanism=SCRAM-SHA-512',
        'sasl.username=shop',
        'sasl.password=p"w\\d',
        '',
      ].join('\n'),
    });
    await eventually(async () =>
      expect(await read<Broker>(namespace, 'broker', 'main')).toHaveProperty('status.users.count', 1),
    );
  });

  test('to another Microservice leads to its Service, under the number that the Service has', async () => {
    await apply(namespace, workload('Deployment', 'billing'), service('billing', 80));
    await apply(namespace, microservice('billing', { ports: [{ name: 'http', port: 8080 }] }));
    await apply(namespace, workload('Deployment', 'caller'));
    await apply(
      namespace,
      microservice('caller', { bindings: [{ name: 'billing', microservice: { name: 'billing' } }] }),
    );
    await untilCondition(namespace, 'caller', 'BindingsReady', 'BindingsReady');
    const { data } = await read<{ data: Record<string, string> }>(namespace, 'secret', 'standpipe.caller.billing');
    expect(Buffer.from(data.uri ?? '', 'base64').toString()).toBe(`http://billing.${namespace}.svc:80`);
  });

  test('that is taken out takes its Secret with it', async () => {
    await apply(namespace, workload('Deployment', 'less'));
    await kubectl(['-n', namespace, 'scale', 'deployment', 'less', '--replicas=0']);
    await apply(namespace, microservice('less', { bindings: [{ name: 'events', brokerName: 'main' }] }));
    await untilCondition(namespace, 'less', 'BindingsReady', 'BindingsReady');
    await kubectl(['-n', namespace, 'get', 'secret', 'standpipe.less.events']);
    await apply(namespace, microservice('less'));
    await untilCondition(namespace, 'less', 'BindingsReady', 'NoBindings');
    await eventually(async () =>
      expect(await readAll(namespace, 'secret', '-l', 'standpipe.dev/owner=less')).toEqual([]),
    );
  });
});

describe('a contradiction', () => {
  test.each(contradictions)(
    'with %s names the field and changes nothing that runs',
    async (_title, reason, spec, field) => {
      const name = `bad-${reason.toLowerCase()}`;
      await apply(namespace, workload('Deployment', name), microservice(name));
      const { status: good } = await eventually(async () => {
        const object = await untilCondition(namespace, name, 'BindingsReady', 'NoBindings');
        expect(object.status?.workload).toBeDefined();
        return object;
      });
      const before = await read<{ spec: object }>(namespace, 'deployment', name);
      await apply(namespace, microservice(name, spec));
      const refused = await untilCondition(namespace, name, 'Ready', reason);
      expect(messageOf(refused, 'Ready')).toContain(`${field}: `);
      expect(refused.status?.revision).toBe(good?.revision);
      const types = (status: Microservice['status']) => status?.conditions?.map(({ type }) => type).toSorted();
      expect(types(refused.status)).toEqual(types(good));
      expect((await read<{ spec: object }>(namespace, 'deployment', name)).spec).toEqual(before.spec);
      await apply(namespace, microservice(name));
      const again = await untilCondition(namespace, name, 'BindingsReady', 'NoBindings');
      expect(again.status?.revision).toBe(good?.revision);
    },
  );

  test('with the name of a Secret that is somebody else’s leaves that Secret alone', async () => {
    const theirs = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'standpipe.squat.e' },
      stringData: { a: 'b' },
    };
    await apply(namespace, theirs, workload('Deployment', 'squat'));
    await apply(namespace, microservice('squat', { bindings: [{ name: 'e', brokerName: 'main' }] }));
    await untilCondition(namespace, 'squat', 'Ready', 'SecretNotOurs');
    const { data } = await read<{ data: object }>(namespace, 'secret', 'standpipe.squat.e');
    expect(data).toEqual({ a: 'Yg==' });
  });

  test('with a field that is not built yet is none: the field is named and changes nothing', async () => {
    await apply(namespace, workload('Deployment', 'early'));
    await apply(namespace, microservice('early', { sidecars: { pipe: {} } }));
    const early = await untilCondition(namespace, 'early', 'NotImplementedInThisVersion', 'NotImplemented');
    expect(messageOf(early, 'NotImplementedInThisVersion')).toContain('spec.sidecars.pipe');
  });
});

describe('the operator', () => {
  test('writes nothing at rest', async () => {
    const versions = async () => {
      const kinds = 'microservices,deployments,statefulsets,configmaps,secrets,controllerrevisions,brokers,logsinks';
      const path =
        '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
      return kubectl(['get', kinds, '-A', '-o', `jsonpath=${path}`]);
    };
    let before = await versions();
    await eventually(async () => {
      const now = await versions();
      const isAtRest = now === before;
      before = now;
      expect(isAtRest).toBe(true);
    });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    // The garbage collector of the cluster may still be taking away what a Microservice before had.
    expect(before.split('\n')).toEqual(expect.arrayContaining((await versions()).split('\n')));
  });

  test('says nothing of passwords', () => {
    expect(operator.logs('controller')).not.toContain('p"w');
    expect(operator.logs('controller')).not.toContain(Buffer.from('p"w\\d').toString('base64'));
  });

  test('failed at nothing', () => {
    expect(operator.logs('controller')).not.toContain('"level":"error"');
    expect(operator.logs('webhook')).not.toContain('"level":"error"');
  });
});

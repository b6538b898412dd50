import { describe, expect, test } from 'vitest';
import type { PlanPort } from '../plan/plan.ts';
import { plan } from '../plan/testing/builders.ts';
import { remove } from './remove.ts';
import { decideTaps, type TapDecision } from './taps.ts';
import type { PodTemplate } from './template.ts';
import { container, containerOf, injected, pod } from './testing/builders.ts';

/** Taps that leave the app its port: callers come to them by the name of the port, or by a rule. */

const http: PlanPort = { name: 'http', port: 8080, protocol: 'http' };
const not = (reason: TapDecision['reason']): TapDecision => ({ taps: [], reason, port: 'http' });
const one = (fields: Parameters<typeof container>[0]): PodTemplate => pod({ containers: [container(fields)] });

describe('a tap that takes over the name of a port', () => {
  const named = plan({ ports: [http], metrics: { ...plan().metrics, inbound: 'named' } });
  const web = { name: 'web', containerPort: 8080 };

  test.each<readonly [string, PodTemplate, TapDecision]>([
    [
      'the port has a name',
      one({ ports: [web] }),
      {
        taps: [
          {
            port: { name: 'http', listen: 18_080, app: 8080, protocol: 'http' },
            container: 'app',
            portName: 'web',
          },
        ],
        reason: 'Tapped',
      },
    ],
    ['the port has none', one({ ports: [{ containerPort: 8080 }] }), not('PortNameMissing')],
    ['no port is listed', one({}), not('PortNameMissing')],
    [
      'two containers list the port',
      pod({ containers: [container({ ports: [web] }), container({ name: 'b', ports: [web] })] }),
      not('ContainerUnclear'),
    ],
  ])('decides clearly where %s', (_, template, decision) => {
    expect(decideTaps(template, named)).toEqual(decision);
  });

  test('has the name and leaves the app its port', () => {
    const before = one({
      ports: [web, { name: 'admin', containerPort: 9090 }],
      env: [{ name: 'PORT', value: '8080' }],
      livenessProbe: { httpGet: { path: '/', port: 'web' } },
      startupProbe: { httpGet: { path: '/', port: 8080 } },
      readinessProbe: { httpGet: { path: '/', port: 'web' } },
    });
    const { template } = injected(before, named);
    expect(containerOf(template, 'app')).toEqual({
      ...before.spec.containers[0],
      ports: [{ containerPort: 8080 }, { name: 'admin', containerPort: 9090 }],
      livenessProbe: { httpGet: { path: '/', port: 8080 } },
      readinessProbe: { httpGet: { path: '/', port: 18_080 } },
    });
    expect(containerOf(template, 'standpipe-metrics').ports).toEqual([
      { name: 'standpipe', containerPort: 9470, protocol: 'TCP' },
      { name: 'web', containerPort: 18_080, protocol: 'TCP' },
    ]);
    expect(remove(template)).toEqual(before);
  });

  test('lets a probe that only opens a connection ask the app', () => {
    const open = (port: number | string) => ({ tcpSocket: { port } });
    const { template } = injected(one({ ports: [web], readinessProbe: open('web') }), named);
    expect(containerOf(template, 'app').readinessProbe).toEqual(open(8080));
  });
});

describe('a tap that callers are led to by a rule', () => {
  const metrics = { ...plan().metrics, inbound: 'redirect', redirectImage: 'example.org/nft:1' } as const;
  const redirected = plan({ ports: [{ ...http, port: 80 }], metrics });

  test('leaves the app as it is but for the probes that ask it', () => {
    const probe = (port: number | string) => ({ httpGet: { path: '/', port } });
    const before = one({
      ports: [{ name: 'web', containerPort: 80 }],
      livenessProbe: probe('web'),
      startupProbe: probe(80),
      readinessProbe: probe('web'),
    });
    const { template, record } = injected(before, redirected);
    expect(containerOf(template, 'app')).toEqual({
      ...before.spec.containers[0],
      livenessProbe: probe(20_080),
      startupProbe: probe(20_080),
    });
    expect(record.taps).toEqual([{ name: 'http', listen: 10_080, app: 80, protocol: 'http' }]);
    expect(remove(template)).toEqual(before);
  });

  test('has the rules written by an init container before everything else', () => {
    const [first, ...rest] = injected(one({}), redirected).template.spec.initContainers ?? [];
    expect(first).toMatchObject({
      name: 'standpipe-redirect',
      image: 'example.org/nft:1',
      securityContext: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] }, readOnlyRootFilesystem: true },
    });
    expect(first?.restartPolicy).toBeUndefined();
    expect(first?.command?.[1]).toContain('tcp dport 80 redirect to :10080\n    tcp dport 20080 redirect to :80\n');
    expect(rest.map(({ name }) => name)).toEqual(['standpipe-metrics']);
  });

  test('has no rules where nothing is tapped', () => {
    const unclear = pod({ containers: [container(), container({ name: 'b' })] });
    const { template } = injected(unclear, redirected);
    expect(template.spec.initContainers?.map(({ name }) => name)).toEqual(['standpipe-metrics']);
  });
});

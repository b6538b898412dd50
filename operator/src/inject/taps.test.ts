import { describe, expect, test } from 'vitest';
import type { Plan, PlanPort } from '../plan/plan.ts';
import { plan } from '../plan/testing/builders.ts';
import { decideTaps, type TapDecision } from './taps.ts';
import type { PodTemplate } from './template.ts';
import { container, containerOf, injected, pod } from './testing/builders.ts';

const http: PlanPort = { name: 'http', port: 8080, protocol: 'http' };
const withEnv: PlanPort = { ...http, env: 'HTTP_PORT' };
const PORT = { name: 'PORT', value: '8080' };
const tap = (env: string, app = 18_080, name = 'app'): TapDecision => ({
  taps: [{ port: { name: 'http', listen: 8080, app, protocol: 'http' }, container: name, env }],
  reason: 'Tapped',
});
const not = (reason: TapDecision['reason']): TapDecision => ({ taps: [], reason, port: 'http' });
const one = (fields: Parameters<typeof container>[0]): PodTemplate => pod({ containers: [container(fields)] });

test.each<readonly [string, PodTemplate, Partial<Plan>, TapDecision]>([
  [
    'the tap is off',
    one({ env: [PORT] }),
    { metrics: { ...plan().metrics, inbound: 'off' }, ports: [http] },
    { taps: [], reason: 'TapOff' },
  ],
  ['no port is declared', one({ env: [PORT] }), { ports: [] }, { taps: [], reason: 'NoPorts' }],
  ['PORT holds the declared port', one({ env: [PORT] }), { ports: [http] }, tap('PORT')],
  ['there is no PORT', one({}), { ports: [http] }, not('PortEnvUnknown')],
  [
    'PORT holds another port',
    one({ env: [{ name: 'PORT', value: '3000' }] }),
    { ports: [http] },
    not('PortEnvUnknown'),
  ],
  ['PORT stands twice', one({ env: [PORT, PORT] }), { ports: [http] }, not('PortEnvUnknown')],
  [
    'PORT comes from elsewhere',
    one({ env: [{ name: 'PORT', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }),
    { ports: [http] },
    not('PortEnvUnknown'),
  ],
  [
    'an argument is made of PORT',
    one({ env: [PORT], args: ['--url', 'http://me:$(PORT)'] }),
    { ports: [http] },
    not('PortEnvShared'),
  ],
  [
    'the command is made of PORT',
    one({ env: [PORT], command: ['serve', '$(PORT)'] }),
    { ports: [http] },
    not('PortEnvShared'),
  ],
  [
    'another variable is made of PORT',
    one({ env: [PORT, { name: 'URL', value: ':$(PORT)' }] }),
    { ports: [http] },
    not('PortEnvShared'),
  ],
  [
    'the shared variable was named',
    one({ env: [PORT], args: ['$(PORT)'] }),
    { ports: [{ ...http, env: 'PORT' }] },
    tap('PORT'),
  ],
  ['the named variable is not there', one({}), { ports: [withEnv] }, tap('HTTP_PORT')],
  [
    'the named variable agrees',
    one({ env: [{ name: 'HTTP_PORT', value: '8080' }] }),
    { ports: [withEnv] },
    tap('HTTP_PORT'),
  ],
  [
    'the named variable differs',
    one({ env: [{ name: 'HTTP_PORT', value: '80' }] }),
    { ports: [withEnv] },
    not('PortEnvDiffers'),
  ],
  [
    'the named variable has no value',
    one({ env: [{ name: 'HTTP_PORT' }] }),
    { ports: [withEnv] },
    not('PortEnvDiffers'),
  ],
  [
    'the named variable comes from elsewhere',
    one({ env: [{ name: 'HTTP_PORT', valueFrom: { fieldRef: { fieldPath: 'x' } } }] }),
    { ports: [withEnv] },
    not('PortEnvNotLiteral'),
  ],
  [
    'the named variable stands twice',
    one({ env: [{ name: 'HTTP_PORT', value: '8080' }, { name: 'HTTP_PORT' }] }),
    { ports: [withEnv] },
    not('PortEnvNotLiteral'),
  ],
  ['the port is privileged', one({}), { ports: [{ ...withEnv, port: 80 }] }, not('PortPrivileged')],
  [
    'two containers could have it',
    pod({ containers: [container(), container({ name: 'b' })] }),
    { ports: [withEnv] },
    not('ContainerUnclear'),
  ],
  [
    'one of two containers lists it',
    pod({ containers: [container(), container({ name: 'b', ports: [{ containerPort: 8080 }] })] }),
    { ports: [withEnv] },
    tap('HTTP_PORT', 18_080, 'b'),
  ],
  [
    'the container was named',
    pod({ containers: [container({ ports: [{ containerPort: 8080 }] }), container({ name: 'b' })] }),
    { ports: [{ ...withEnv, container: 'b' }] },
    tap('HTTP_PORT', 18_080, 'b'),
  ],
  [
    'the named container is an init container',
    pod({ initContainers: [container({ name: 'init' })] }),
    { ports: [{ ...withEnv, container: 'init' }] },
    not('ContainerUnclear'),
  ],
  [
    'the other container is a mesh proxy',
    pod({ containers: [container(), container({ name: 'istio-proxy' })] }),
    { ports: [withEnv] },
    tap('HTTP_PORT'),
  ],
  [
    'the moved port is taken',
    one({ ports: [{ containerPort: 18_080 }, { containerPort: 18_081 }] }),
    { ports: [withEnv] },
    tap('HTTP_PORT', 18_082),
  ],
])('where %s, the decision is clear', (_, template, fields, decision) => {
  expect(decideTaps(template, plan(fields))).toEqual(decision);
});

test.each([
  [1024, 11_024],
  [55_535, 65_535],
  [55_536, 45_536],
  [65_535, 55_535],
])('an app on port %i is moved to %i', (port, app) => {
  const { taps } = decideTaps(pod(), plan({ ports: [{ ...withEnv, port }] }));
  expect(taps.map((found) => found.port)).toEqual([{ name: 'http', listen: port, app, protocol: 'http' }]);
});

test('no two ports of a pod meet', () => {
  const ports = [
    withEnv,
    { ...withEnv, name: 'next', port: 18_080, env: 'B' },
    { ...withEnv, name: 'x', port: 8081, env: 'C' },
  ];
  const { taps } = decideTaps(pod(), plan({ ports }));
  expect(taps.map(({ port }) => [port.listen, port.app])).toEqual([
    [8080, 18_081],
    [18_080, 28_080],
    [8081, 18_082],
  ]);
});

test('what cannot be tapped does not keep the rest from it', () => {
  const ports = [{ ...http, name: 'admin', port: 80 }, withEnv, { ...http, name: 'other', port: 81 }];
  expect(decideTaps(pod(), plan({ ports }))).toEqual({ ...tap('HTTP_PORT'), reason: 'PortPrivileged', port: 'admin' });
});

describe('a tapped app', () => {
  const probe = (port: number | string) => ({ httpGet: { path: '/', port } });
  const moved = (fields: Parameters<typeof container>[0]) =>
    containerOf(injected(one(fields), plan({ ports: [withEnv] })).template, 'app');

  test('gets its new port in place', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'HTTP_PORT', value: '8080' },
      { name: 'B', value: '2' },
    ];
    expect(moved({ env }).env).toEqual([env[0], { name: 'HTTP_PORT', value: '18080' }, env[2]]);
  });

  test('is asked itself by a probe that only opens a connection, which the tap would accept in any case', () => {
    const open = (port: number) => ({ tcpSocket: { port } });
    const { livenessProbe, startupProbe, readinessProbe } = moved({
      livenessProbe: open(8080),
      startupProbe: open(8080),
      readinessProbe: open(8080),
    });
    expect([livenessProbe, startupProbe, readinessProbe]).toEqual([open(18_080), open(18_080), open(18_080)]);
  });

  test.each([
    ['by number', probe(8080), probe(18_080)],
    ['by number in a text', probe('8080'), probe(18_080)],
    ['by name', probe('web'), probe(18_080)],
    ['over gRPC', { grpc: { port: 8080 } }, { grpc: { port: 18_080 } }],
    ['on another port', probe(9090), probe(9090)],
    ['on the name of another port', probe('admin'), probe('admin')],
    ['by a command', { exec: { command: ['true'] } }, { exec: { command: ['true'] } }],
  ])('is asked %s for liveness and startup itself, for readiness through the tap', (_, before, after) => {
    const ports = [
      { name: 'web', containerPort: 8080 },
      { name: 'admin', containerPort: 9090 },
    ];
    const { livenessProbe, startupProbe, readinessProbe } = moved({
      ports,
      livenessProbe: structuredClone(before),
      startupProbe: structuredClone(before),
      readinessProbe: structuredClone(before),
    });
    expect({ livenessProbe, startupProbe, readinessProbe }).toEqual({
      livenessProbe: after,
      startupProbe: after,
      readinessProbe: before,
    });
  });
});

import { expect, test } from 'vitest';
import type { Microservice } from '../api/generated/microservice.ts';
import { parseMetricsConfig } from '../config/metrics.ts';
import { mergeResources, resolveMetrics } from './metrics.ts';
import { readSettings } from './settings.ts';
import { microservice, world } from './testing/builders.ts';
import type { World } from './world.ts';

type Metrics = Microservice['spec']['metrics'];

const blank: Metrics = { inbound: 'auto', forwardedFor: false, maxSeries: 2000, expose: 'annotations' };
const ports = [
  { name: 'http', port: 8080, protocol: 'http' },
  { name: 'http-2', port: 8082, protocol: 'http' },
  { name: 'standpipe-logs', port: 8083, protocol: 'http' },
] as const;
const resolveWith = (metrics: Partial<Metrics>, spec: Partial<Microservice['spec']> = {}) =>
  resolveMetrics(world({ microservice: microservice({ ports, metrics: { ...blank, ...metrics }, ...spec }) }));

test('the defaults tap, annotate and scrape nothing else', () => {
  expect(resolveWith({})).toEqual({
    plan: {
      inbound: 'rebind',
      expose: 'annotations',
      scrapeDeclared: false,
      resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
    },
    config: { generation: expect.stringMatching(/^[0-9a-f]{10}$/), maxSeries: 2000, scrape: [], scrapeTimeoutMs: 2000 },
  });
});

test('what is declared goes into the configuration, overrides into the plan', () => {
  const sidecars = { metrics: { resources: { requests: { cpu: 1 } } } };
  const scrape = [{ port: 'http', path: '/internal/metrics', scheme: 'http' as const }];
  expect(resolveWith({ scrape, maxSeries: 500, expose: 'none', inbound: 'none' }, { sidecars })).toEqual({
    plan: {
      inbound: 'off',
      expose: 'none',
      scrapeDeclared: true,
      resources: { requests: { cpu: '1', memory: '48Mi' }, limits: { memory: '128Mi' } },
    },
    config: {
      generation: expect.any(String),
      maxSeries: 500,
      scrape: [{ name: 'http', port: 8080, path: '/internal/metrics' }],
      scrapeTimeoutMs: 2000,
    },
  });
});

test('names of ports are not taken over where that would cut off callers', () => {
  const declared = microservice({ ports: [ports[0]], metrics: { ...blank, inbound: 'named' } });
  const planned = (fields: Partial<World>) => resolveMetrics(world({ microservice: declared, ...fields })).plan;
  const policy = (from: number, to: number) => [{ name: 'deny', ingress: [{ from, to }] }];
  expect(planned({ namedPorts: false })).toMatchObject({ inbound: 'off', offReason: 'NamedPortsTooOld' });
  expect(planned({ policies: policy(8080, 8080) })).toMatchObject({ inbound: 'off', offReason: 'PolicyByNumber' });
  expect(planned({ policies: policy(8000, 9000) })).toMatchObject({ inbound: 'off', offReason: 'PolicyByNumber' });
  expect(planned({ policies: policy(8081, 9000) })).toMatchObject({ inbound: 'named' });
});

test('callers are led to the taps by a rule only where the platform and the namespace permit it', () => {
  const declared = microservice({ ports: [ports[0]], metrics: { ...blank, inbound: 'redirect' } });
  const settings = readSettings({ metrics: { redirectImage: 'example.org/nft:1' } });
  const planned = (fields: Partial<World>) => resolveMetrics(world({ microservice: declared, ...fields })).plan;
  const enforced = (level: string) => ({ name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': level } });
  const not = { inbound: 'off', offReason: 'RedirectNotPermitted' };
  expect(planned({})).toMatchObject(not);
  expect(planned({ settings })).toMatchObject({ inbound: 'redirect', redirectImage: 'example.org/nft:1' });
  expect(planned({ settings, namespace: enforced('privileged') })).toMatchObject({ inbound: 'redirect' });
  expect(planned({ settings, namespace: enforced('baseline') })).toMatchObject(not);
});

test('a page over TLS is checked by the name of the Service, unless the declaration says otherwise', () => {
  const page = { port: 'http', path: '/m', scheme: 'https' } as const;
  const tlsOf = (tls?: NonNullable<Metrics['scrape']>[number]['tls']) =>
    resolveWith({ scrape: [{ ...page, ...(tls && { tls }) }] }).config.scrape[0]?.tls;
  expect(tlsOf()).toEqual({ serverName: 'orders.shop.svc', skipVerify: false });
  expect(tlsOf({ serverName: 'x.example', caBundle: 'PEM', skipVerify: false })).toEqual({
    serverName: 'x.example',
    caBundle: 'PEM',
    skipVerify: false,
  });
});

test('the address of the client goes into requests only where it is asked for', () => {
  expect(resolveWith({ forwardedFor: true }).config).toMatchObject({ forwardedFor: true });
  expect(resolveWith({}).config).not.toHaveProperty('forwardedFor');
  expect(resolveWith({ forwardedFor: true }).plan).toEqual(resolveWith({}).plan);
});

test('declared routes go into the configuration', () => {
  expect(resolveWith({ routes: ['/users/{user}'] }).config.routes).toEqual(['/users/{user}']);
});

test.each([
  ['auto', 'rebind'],
  ['rebind', 'rebind'],
  ['none', 'off'],
  ['named', 'named'],
] as const)('inbound: %s becomes %s', (inbound, planned) => {
  expect(resolveWith({ inbound }).plan.inbound).toBe(planned);
});

test.each([
  ['annotations', 'annotations'],
  ['none', 'none'],
  ['podMonitor', 'podMonitor'],
] as const)('expose: %s becomes %s', (expose, planned) => {
  expect(resolveWith({ expose }).plan.expose).toBe(planned);
});

test('every target has a name of its own, and the sidecar takes them', () => {
  const scrape = [
    { port: 'http', path: '/metrics' },
    { port: 'http', path: '/more' },
    { port: 'http-2', path: '/metrics' },
    { port: 'standpipe-logs', path: '/metrics' },
  ];
  const { config } = resolveWith({ scrape: scrape.map((page) => ({ ...page, scheme: 'http' as const })) });
  expect(config.scrape).toEqual([
    { name: 'http', port: 8080, path: '/metrics' },
    { name: 'http-2', port: 8080, path: '/more' },
    { name: 'http-2-2', port: 8082, path: '/metrics' },
    { name: 'standpipe-logs-2', port: 8083, path: '/metrics' },
  ]);
  expect(parseMetricsConfig(JSON.stringify(config))).toEqual({ config });
});

test('the generation changes with the content and with nothing else', () => {
  const generation = (metrics: Partial<Metrics>) => resolveWith(metrics).config.generation;
  expect(generation({ inbound: 'none', expose: 'none' })).toBe(generation({}));
  expect(generation({ maxSeries: 100 })).not.toBe(generation({}));
});

test.each([
  ['nothing', undefined, { requests: { cpu: '10m' }, limits: { memory: '1Gi' } }],
  ['a number', { requests: { cpu: 0.5 } }, { requests: { cpu: '0.5' }, limits: { memory: '1Gi' } }],
  [
    'what the platform left out',
    { limits: { cpu: '1' } },
    { requests: { cpu: '10m' }, limits: { memory: '1Gi', cpu: '1' } },
  ],
])('overrides of %s are laid over the platform defaults', (_, overrides, merged) => {
  expect(mergeResources({ requests: { cpu: '10m' }, limits: { memory: '1Gi' } }, overrides)).toEqual(merged);
});

import { describe, expect, test } from 'vitest';
import type { LogSink } from '../api/generated/logSink.ts';
import { logSinkCases } from '../api/testing/logSinkCases.ts';
import { parseLogsConfig } from '../config/logs.ts';
import { resolveLogs } from './logs.ts';
import { readSettings } from './settings.ts';
import { logging, logSink, microservice, world } from './testing/builders.ts';
import type { World } from './world.ts';

const sinks = [logSink()];
const resolveWith = (fields: Parameters<typeof logging>[0], around: Partial<World> = {}) =>
  resolveLogs(world({ microservice: microservice({ logging: logging(fields) }), sinks, ...around }));
const privileged = { name: 'shop', labels: {} };
const restricted = { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
const baseline = { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } };
const settings = (logs: object) => ({ settings: readSettings({ logs }) });

test('stdout is read from the node, with the defaults of everything', () => {
  const resolved = resolveWith({});
  expect(resolved).toEqual({
    reason: 'LogsReady',
    plan: {
      source: 'stdout',
      directories: [],
      drainSeconds: 10,
      stateBytes: 96 * 2 ** 20,
      resources: readSettings(undefined).logs.resources,
    },
    config: {
      generation: expect.stringMatching(/^[0-9a-f]{10}$/),
      source: 'stdout',
      files: [],
      format: 'json',
      sink: {
        type: 'http',
        host: 'logs.example.com',
        port: 443,
        uri: '/ingest',
        tls: true,
        verify: true,
        compress: 'gzip',
      },
      buffer: { sizeBytes: 64 * 2 ** 20, whenFull: 'block' },
      labels: { microservice: 'orders', namespace: 'shop' },
    },
  });
});

test('files are read from shared directories, each once and in order', () => {
  const files = ['/var/log/orders/b.log', '/srv/out/*.log', '/var/log/orders/a.log'];
  const sidecars = { logs: { resources: { limits: { memory: '1Gi', cpu: 2 } } } };
  const spec = { logging: logging({ source: 'files', files, format: 'text', drain: { timeout: '1m30s' } }), sidecars };
  const sink = logSink({
    http: { host: '[2001:db8::1]', path: '/x', compress: 'none' },
    tls: { enabled: false } as NonNullable<LogSink['spec']['tls']>,
    buffer: { size: '1Gi', whenFull: 'dropOldest' },
  });
  expect(resolveLogs(world({ microservice: microservice(spec), sinks: [sink] }))).toEqual({
    reason: 'LogsReady',
    plan: {
      source: 'files',
      directories: ['/srv/out', '/var/log/orders'],
      drainSeconds: 90,
      stateBytes: 2 ** 30 + 32 * 2 ** 20,
      resources: {
        requests: readSettings(undefined).logs.resources.requests,
        limits: { memory: '1Gi', cpu: '2' },
      },
    },
    config: {
      generation: expect.any(String),
      source: 'files',
      files,
      format: 'text',
      sink: { type: 'http', host: '2001:db8::1', port: 80, uri: '/x', tls: false, verify: true, compress: 'none' },
      buffer: { sizeBytes: 2 ** 30, whenFull: 'dropOldest' },
      labels: { microservice: 'orders', namespace: 'shop' },
    },
  });
});

test.each<readonly [string, Parameters<typeof logging>[0], Partial<World>, string]>([
  ['auto without files where hostPath is permitted', {}, { namespace: privileged }, 'stdout'],
  ['auto with files', { files: ['/var/log/a/b.log'] }, { namespace: privileged }, 'files'],
  [
    'files where hostPath is forbidden',
    { source: 'files', files: ['/var/log/a/b.log'] },
    { namespace: restricted },
    'files',
  ],
  [
    'stdout where the settings allow hostPath',
    { source: 'stdout' },
    { namespace: restricted, ...settings({ hostPath: 'allowed' }) },
    'stdout',
  ],
])('%s decides the source', (_, fields, around, source) => {
  expect(resolveWith(fields, around)).toMatchObject({ plan: { source }, config: { source } });
});

test.each<readonly [string, Partial<World>, string]>([
  ['nothing is declared', { microservice: microservice() }, 'LogsOff'],
  ['the source is none', { microservice: microservice({ logging: logging({ source: 'none' }) }) }, 'LogsOff'],
  ['the settings turn logs off', settings({ enabled: false }), 'LogsDisabled'],
  ['auto meets the standard restricted', { namespace: restricted }, 'HostPathNotPermitted'],
  ['auto meets the standard baseline', { namespace: baseline }, 'HostPathNotPermitted'],
  ['auto meets settings that deny hostPath', settings({ hostPath: 'denied' }), 'HostPathNotPermitted'],
])('there is no log sidecar where %s', (_, around, reason) => {
  expect(resolveWith({}, around)).toEqual({ plan: null, config: null, reason });
});

const sinkName = 'spec.logging.sinkName';

test.each<readonly [string, Parameters<typeof logging>[0], Partial<World>, object]>([
  [
    'stdout that the namespace does not permit',
    { source: 'stdout' },
    { namespace: restricted },
    {
      field: 'spec.logging.source',
      reason: 'HostPathNotPermitted',
      message:
        'namespace shop permits no hostPath volumes (Pod Security), so the pods would be refused: let the app write files and set source to files, or set it to auto to go without logs',
    },
  ],
  [
    'no default sink',
    {},
    { sinks: [logSink({ default: false })] },
    {
      field: sinkName,
      reason: 'NoDefaultSink',
      message: 'no LogSink is marked default: set this field to the name of one',
    },
  ],
  [
    'two default sinks',
    {},
    { sinks: [logSink(), logSink({}, 'other')] },
    {
      field: sinkName,
      reason: 'TwoDefaultSinks',
      message: 'LogSinks central, other are all marked default, so none is used: set this field to one of them',
    },
  ],
  [
    'a sink that does not exist',
    { sinkName: 'nowhere' },
    {},
    {
      field: sinkName,
      reason: 'SinkNotFound',
      message: 'there is no LogSink nowhere: name one that the platform team has set up',
    },
  ],
  [
    'a sink for other namespaces',
    { sinkName: 'central' },
    { sinks: [logSink({ namespaces: { matchLabels: { team: 'bank' } } })] },
    {
      field: sinkName,
      reason: 'SinkNotGranted',
      message:
        'LogSink central is not for namespace shop: name another, or ask its owners to add the namespace in spec.namespaces',
    },
  ],
  [
    'a sink with what is not built',
    {},
    { sinks: [logSink({ credentials: { secretName: 'login' } })] },
    {
      field: sinkName,
      reason: 'SinkNotUsable',
      message: 'LogSink central uses what this version does not have yet (spec.credentials): name another',
    },
  ],
])('%s is a problem', (_, fields, around, problem) => {
  expect(resolveWith(fields, around)).toEqual(problem);
});

test('a sink that is named is used although two others are marked default', () => {
  const named = logSink({ default: false, http: { host: 'named.example.com', path: '/', compress: 'gzip' } }, 'named');
  const resolved = resolveWith({ sinkName: 'named' }, { sinks: [logSink(), logSink({}, 'other'), named] });
  expect(resolved).toMatchObject({ config: { sink: { host: 'named.example.com' } } });
});

test.each([
  ['500ms', 1],
  ['0s', 1],
  ['1500ms', 2],
  ['10m', 600],
])('a drain of %s has %i whole seconds', (timeout, drainSeconds) => {
  expect(resolveWith({ drain: { timeout } })).toMatchObject({ plan: { drainSeconds } });
});

test('the generation changes with the content and with nothing else', () => {
  const generation = (fields: Parameters<typeof logging>[0], around: Partial<World> = {}) => {
    const resolved = resolveWith(fields, around);
    return 'config' in resolved ? resolved.config?.generation : undefined;
  };
  expect(generation({ drain: { timeout: '20s' } })).toBe(generation({}));
  expect(generation({ format: 'text' })).not.toBe(generation({}));
});

describe('the sidecar takes the configuration made of', () => {
  const accepted = logSinkCases.filter(({ broken, object }) => {
    const spec = object.spec as LogSink['spec'];
    return broken.length === 0 && spec.type === 'http';
  });

  test('several valid LogSinks', () => {
    expect(accepted.length).toBeGreaterThan(5);
  });

  test.each(accepted)('a LogSink that $name', ({ object }) => {
    const spec = object.spec as LogSink['spec'];
    const { credentials: _credentials, ...rest } = spec;
    const sink = logSink({ ...rest, namespaces: {}, default: true });
    const usable = { ...sink.spec, http: { host: 'x', ...spec.http, headers: [] }, tls: { ...spec.tls } };
    for (const field of ['ca', 'serverName', 'clientCertificate'] as const)
      delete (usable.tls as Record<string, unknown>)[field];
    expectTaken(resolveWith({}, { sinks: [{ ...sink, spec: usable as LogSink['spec'] }] }));
  });

  test.each(['1Ki', '5Mi', '64Mi', '9999999Gi'])('a buffer of %s', (size) => {
    expectTaken(resolveWith({}, { sinks: [logSink({ buffer: { size, whenFull: 'block' } })] }));
  });

  test.each(['/var/log/orders/*.log', '/data/a.log', '/var/log/orders/app-2024.log'])('the file %s', (file) => {
    expectTaken(resolveWith({ source: 'files', files: [file] }));
  });
});

function expectTaken(resolved: ReturnType<typeof resolveLogs>): void {
  if (!('config' in resolved) || resolved.config === null) throw new Error(JSON.stringify(resolved));
  expect(parseLogsConfig(JSON.stringify(resolved.config))).toEqual({ config: resolved.config });
}

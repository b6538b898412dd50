import { expect, test } from 'vitest';
import { readSettings, type Settings } from './settings.ts';

const defaults: Settings = {
  image: 'ghcr.io/standpipe/sidecar:0.1.0',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  runAsUser: 10_001,
  platformRollouts: 'none',
  canary: { image: true },
  metrics: {
    resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
    redirectImage: null,
    podMonitorLabels: {},
  },
  logs: {
    enabled: true,
    hostPath: 'auto',
    resources: { requests: { cpu: '20m', memory: '88Mi' }, limits: { memory: '192Mi' } },
  },
};

test.each([
  ['nothing', undefined],
  ['null, which is an empty YAML document', null],
  ['an empty object', {}],
  ['empty members', { metrics: {}, logs: { resources: { requests: {}, limits: {} } } }],
])('%s gives the defaults', (_, document) => {
  expect(readSettings(document)).toEqual(defaults);
});

test('what is given stands, and the rest has its default', () => {
  const document = {
    image: 'registry.example.com/sidecar@sha256:0',
    imagePullSecrets: ['registry'],
    runAsUser: null,
    metrics: { resources: { requests: { cpu: '5m' }, limits: { cpu: '0.5', 'ephemeral-storage': '1Gi' } } },
    logs: { enabled: false, hostPath: 'denied' },
  };
  const before = structuredClone(document);
  expect(readSettings(document)).toEqual({
    image: 'registry.example.com/sidecar@sha256:0',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: ['registry'],
    runAsUser: null,
    platformRollouts: 'none',
    canary: { image: true },
    metrics: {
      resources: {
        requests: { cpu: '5m', memory: '48Mi' },
        limits: { cpu: '0.5', memory: '128Mi', 'ephemeral-storage': '1Gi' },
      },
      redirectImage: null,
      podMonitorLabels: {},
    },
    logs: { ...defaults.logs, enabled: false, hostPath: 'denied' },
  });
  expect(document).toEqual(before);
});

test.each([
  ['a text', 'image', 'the document must be object'],
  ['a list', [], 'the document must be object'],
  ['a field that does not exist', { imgae: 'x' }, 'there is no setting imgae'],
  ['a nested field that does not exist', { logs: { enable: true } }, 'there is no setting logs.enable'],
  ['an empty image', { image: '' }, 'image must NOT have fewer than 1 characters'],
  [
    'another pull policy',
    { imagePullPolicy: 'Sometimes' },
    'imagePullPolicy must be one of Always, IfNotPresent, Never',
  ],
  ['a pull secret that is no text', { imagePullSecrets: [1] }, 'imagePullSecrets.0 must be string'],
  ['root', { runAsUser: 0 }, 'runAsUser must be >= 1'],
  ['a user by name', { runAsUser: 'app' }, 'runAsUser must be integer or null'],
  ['a switch in quotes', { logs: { enabled: 'false' } }, 'logs.enabled must be boolean'],
  ['another hostPath', { logs: { hostPath: 'yes' } }, 'logs.hostPath must be one of auto, allowed, denied'],
  [
    'a quantity that is a number',
    { metrics: { resources: { requests: { cpu: 1 } } } },
    'metrics.resources.requests.cpu must be string',
  ],
  [
    'a quantity that is none',
    { logs: { resources: { limits: { memory: '64 MB' } } } },
    'logs.resources.limits.memory must be a quantity as a text, such as "100m" or "64Mi"',
  ],
  [
    'a quantity of another kind that is none',
    { logs: { resources: { limits: { 'ephemeral-storage': '' } } } },
    'logs.resources.limits.ephemeral-storage must be a quantity as a text, such as "100m" or "64Mi"',
  ],
  [
    'a request over the limit',
    { metrics: { resources: { requests: { memory: '1Gi' } } } },
    'metrics.resources: 1Gi memory is requested and 128Mi is the limit',
  ],
])('%s is refused with what is wrong', (_, document, message) => {
  expect(() => readSettings(document)).toThrow(new Error(`the settings are not valid: ${message}`));
});

test('every fault is named at once', () => {
  expect(() => readSettings({ imgae: 'x', runAsUser: 0 })).toThrow(
    new Error('the settings are not valid: there is no setting imgae; runAsUser must be >= 1'),
  );
});

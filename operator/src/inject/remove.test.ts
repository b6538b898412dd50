import { expect, test } from 'vitest';
import { plan, resources } from '../plan/testing/builders.ts';
import { remove } from './remove.ts';
import type { PodTemplate } from './template.ts';
import { container, containerOf, injected, pod } from './testing/builders.ts';

/** Everything that injection changes is changed in this pod by this Plan. */
const before = pod(
  {
    containers: [
      container({
        env: [{ name: 'PORT', value: '8080' }],
        ports: [{ containerPort: 8080 }],
        livenessProbe: { httpGet: { path: '/', port: 8080 } },
      }),
    ],
    terminationGracePeriodSeconds: 20,
    imagePullSecrets: [{ name: 'mine' }],
  },
  { annotations: { 'prometheus.io/port': '8080' } },
);
const everything = plan({
  ports: [{ name: 'http', port: 8080, protocol: 'http' }],
  bindings: [
    {
      name: 'db',
      secretName: 'orders-db',
      entries: ['type'],
      files: true,
      env: [{ name: 'DB_HOST', key: 'host', optional: true }],
    },
  ],
  sidecar: { ...plan().sidecar, imagePullSecrets: ['registry', 'mine'] },
  metrics: { ...plan().metrics, expose: 'annotations' },
  logs: { source: 'files', directories: ['/var/log/app'], drainSeconds: 10, stateBytes: 1, resources },
});

type Change = (template: PodTemplate) => void;

/** What is left of an edit that somebody made after injection. */
function editedAfter(change: Change): PodTemplate {
  const { template } = injected(before, everything);
  change(template);
  return remove(template);
}

/** The pod before injection with an edit. */
function edited(change: Change): PodTemplate {
  const template = structuredClone(before);
  change(template);
  return template;
}

test('without an edit the pod is as it was', () => {
  const { template } = injected(before, everything);
  const given = structuredClone(template);
  expect(remove(template)).toEqual(before);
  expect(template).toEqual(given);
});

test('removing twice is removing once', () => {
  const once = remove(injected(before, everything).template);
  expect(remove(once)).toEqual(once);
});

const annotate =
  (key: string, value: string): Change =>
  ({ metadata }) => {
    Object.assign(metadata?.annotations ?? {}, { [key]: value });
  };
const setEnv =
  (name: string, value: string): Change =>
  (template) => {
    const app = containerOf(template, 'app');
    app.env = [...(app.env ?? []).filter((entry) => entry.name !== name), { name, value }];
  };

test.each<readonly [string, Change]>([
  ['an annotation of their own', annotate('team', 'shop')],
  ['an annotation that injection had changed', annotate('prometheus.io/port', '7070')],
  ['an annotation that injection had added', annotate('prometheus.io/path', '/theirs')],
  ['a label', ({ metadata }) => Object.assign(metadata?.labels ?? {}, { team: 'shop' })],
  ['a longer grace period', ({ spec }) => Object.assign(spec, { terminationGracePeriodSeconds: 600 })],
  ['another variable', setEnv('LEVEL', 'debug')],
  ['a variable that injection had moved', setEnv('PORT', '3000')],
  ['a variable that injection had added', setEnv('DB_HOST', 'localhost')],
  [
    'a mount',
    (t) =>
      Object.assign(containerOf(t, 'app'), {
        volumeMounts: [...(containerOf(t, 'app').volumeMounts ?? []), { name: 'data', mountPath: '/data' }],
      }),
  ],
  [
    'a mount where injection had put one',
    (t) => Object.assign(containerOf(t, 'app'), { volumeMounts: [{ name: 'data', mountPath: '/bindings/db' }] }),
  ],
  [
    'a volume',
    ({ spec }) => Object.assign(spec, { volumes: [...(spec.volumes ?? []), { name: 'data', emptyDir: {} }] }),
  ],
  [
    'a probe that injection had moved',
    (t) => Object.assign(containerOf(t, 'app'), { livenessProbe: { httpGet: { path: '/', port: 9999 } } }),
  ],
  [
    'a probe by a command instead',
    (t) => Object.assign(containerOf(t, 'app'), { livenessProbe: { exec: { command: ['true'] } } }),
  ],
  ['a container', ({ spec }) => spec.containers.push(container({ name: 'debug' }))],
  [
    'an init container',
    ({ spec }) =>
      Object.assign(spec, { initContainers: [...(spec.initContainers ?? []), container({ name: 'init' })] }),
  ],
  ['a pull secret', ({ spec }) => spec.imagePullSecrets?.push({ name: 'theirs' })],
])('%s that somebody else set is left as they set it', (_, change) => {
  expect(editedAfter(change)).toEqual(edited(change));
});

test.each<readonly [string, Change]>([
  ['the sidecars', ({ spec }) => Object.assign(spec, { initContainers: [] })],
  ['the volumes', ({ spec }) => Object.assign(spec, { volumes: [] })],
  ['a mount', (t) => Object.assign(containerOf(t, 'app'), { volumeMounts: [] })],
  ['the annotations of the page', ({ metadata }) => delete metadata?.annotations?.['prometheus.io/scrape']],
])('%s that somebody else took out already are not missed', (_, change) => {
  expect(editedAfter(change)).toEqual(before);
});

test('a container that somebody else took out is not brought back', () => {
  const change: Change = ({ spec }) => {
    spec.containers = [container({ name: 'new' })];
  };
  expect(editedAfter(change)).toEqual(edited(change));
});

test("the user's own word stands when a pod with an edit is injected again", () => {
  const { template } = injected(before, everything);
  setEnv('DB_HOST', 'localhost')(template);
  const again = injected(template, everything);
  expect(containerOf(again.template, 'app').env).toContainEqual({ name: 'DB_HOST', value: 'localhost' });
  expect(remove(again.template)).toEqual(edited(setEnv('DB_HOST', 'localhost')));
});

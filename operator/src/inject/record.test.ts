import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plan, resources } from '../plan/testing/builders.ts';
import { inject } from './inject.ts';
import { type InjectionRecord, recordOf } from './record.ts';
import { remove } from './remove.ts';
import { container, injected, pod } from './testing/builders.ts';

const carrying = (text: string) => pod({}, { annotations: { 'standpipe.dev/injected': text } });

/** A record with something in every member. */
const record: InjectionRecord = {
  revision: '0123456789',
  tap: 'Tapped',
  taps: [{ name: 'http', listen: 8080, app: 18_080, protocol: 'http' }],
  sidecars: ['standpipe-logs', 'standpipe-metrics'],
  undo: {
    absent: ['volumes'],
    imagePullSecrets: ['registry'],
    grace: { was: null, is: 40 },
    annotations: { 'prometheus.io/port': { was: null, is: '9470' } },
    containers: {
      app: {
        absent: ['env'],
        env: [{ name: 'DB_HOST', valueFrom: { secretKeyRef: { name: 's', key: 'host' } } }],
        mounts: ['/bindings/db'],
        ports: [{ was: { name: 'PORT', value: '8080' }, is: '18080' }],
        probes: [{ probe: 'livenessProbe', was: 'http', is: 18_080 }],
      },
    },
  },
};

test('a record is read back as it was written', () => {
  expect(recordOf(carrying(JSON.stringify(record)))).toEqual(record);
});

test('what injection returns as the record is what the pod carries', () => {
  const logs = { source: 'stdout' as const, directories: [], drainSeconds: 10, stateBytes: 1, resources };
  const result = injected(pod(), plan({ logs }));
  expect(recordOf(result.template)).toEqual(result.record);
});

test('a pod without the annotation has no record', () => {
  expect(recordOf(pod())).toBeNull();
  expect(recordOf({ spec: { containers: [] } })).toBeNull();
});

const undo = (change: object) => ({ ...record, undo: { ...record.undo, ...change } });
const app = (change: object) => undo({ containers: { app: { ...record.undo.containers.app, ...change } } });

const hostile: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a list', [record]],
  ['a number', 1],
  ['no revision', { ...record, revision: undefined }],
  ['a reason that is none', { ...record, tap: 'toString' }],
  ['a reason of another kind', { ...record, tap: 'Ready' }],
  ['taps that are none', { ...record, taps: [{ name: 'http' }] }],
  ["somebody else's container", { ...record, sidecars: ['standpipe-logs', 'istio-init'] }],
  ['no undo', { ...record, undo: null }],
  ['absent fields that are a text', undo({ absent: 'volumes' })],
  ['pull secrets that are objects', undo({ imagePullSecrets: [{}] })],
  ['a grace period without a value', undo({ grace: {} })],
  ['a grace period that is a text', undo({ grace: { was: '1', is: 40 } })],
  ['no grace period at all', undo({ grace: undefined })],
  ['annotations that are null', undo({ annotations: { 'prometheus.io/port': null } })],
  ['annotations without values', undo({ annotations: { 'prometheus.io/port': {} } })],
  ["somebody else's annotation", undo({ annotations: { 'policy.example.com/checked': { was: null, is: 'yes' } } })],
  ['a container that is null', undo({ containers: { app: null } })],
  ['a container without lists', undo({ containers: { app: {} } })],
  ['variables that are names', app({ env: ['DB_HOST'] })],
  ['variables that are null', app({ env: [null] })],
  ['mounts that are objects', app({ mounts: [{}] })],
  ['ports that are null', app({ ports: [null] })],
  ['ports without a former variable', app({ ports: [{ is: '1' }] })],
  ['probes that are null', app({ probes: [null] })],
  ['a probe that is not moved', app({ probes: [{ probe: 'otherProbe', was: 1, is: 2 }] })],
  ['a probe whose port is an object', app({ probes: [{ probe: 'livenessProbe', was: {}, is: 2 }] })],
];

describe('an annotation', () => {
  test.each(hostile)('with %s is no record, and does not stop injection', (_, value) => {
    expectHarmless(JSON.stringify(value));
  });

  test.each(['', '{', 'nonsense', '{"__proto__":{}}'])('with the text "%s" is none either', expectHarmless);

  test('with any JSON at all never stops injection', () => {
    const anyRecord = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(undo({ containers: value }))),
      fc.jsonValue().map((value) => JSON.stringify(undo({ containers: { app: value } }))),
      fc.jsonValue().map((value) => JSON.stringify(app({ env: [value], ports: [value], probes: [value] }))),
    );
    fc.assert(
      fc.property(anyRecord, (text) => {
        expect(inject(carrying(text), plan())).toHaveProperty('record');
      }),
    );
  });
});

function expectHarmless(text: string): void {
  expect(recordOf(carrying(text))).toBeNull();
  expect(remove(carrying(text))).toEqual(pod({}, { annotations: {} }));
  expect(inject(carrying(text), plan())).toEqual(inject(pod({}, { annotations: {} }), plan()));
}

test('a container that is called constructor is one like any other', () => {
  const bindings = [{ name: 'db', secretName: 's', entries: [], files: true, env: [] }];
  const before = pod({ containers: [container({ name: 'constructor', env: [{ name: 'A', value: '1' }] })] });
  const { template } = injected(before, plan({ bindings }));
  expect(template.spec.containers[0]?.volumeMounts).toHaveLength(1);
  expect(remove(template)).toEqual(before);
});

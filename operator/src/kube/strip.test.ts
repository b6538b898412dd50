import { expect, test } from 'vitest';
import { strip } from './strip.ts';
import type { KubeObject } from './wire.ts';

const object: KubeObject & { readonly data: object } = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'a',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
    managedFields: [{ manager: 'kubectl' }, { manager: 'standpipe' }],
  },
  data: { key: 'value' },
};

test('managed fields and the last applied manifest are dropped, and nothing else', () => {
  expect(strip()(object)).toEqual({ ...object, metadata: { name: 'a', annotations: { kept: 'yes' } } });
});

test('the managed fields of one manager can be kept', () => {
  expect(strip({ keepManager: 'standpipe' })(object).metadata.managedFields).toEqual([{ manager: 'standpipe' }]);
});

test('the given object is not changed', () => {
  const before = structuredClone(object);
  strip()(object);
  expect(object).toEqual(before);
});

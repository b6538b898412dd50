import { expect, test } from 'vitest';
import type { Microservice } from '../api/generated/microservice.ts';
import { countPods } from './podCounts.ts';

function microservice(namespace: string, status?: Microservice['status']): Microservice {
  return {
    apiVersion: 'standpipe.dev/v1alpha1',
    kind: 'Microservice',
    metadata: { name: 'orders', namespace },
    spec: {},
    ...(status === undefined ? {} : { status }),
  } as Microservice;
}

test('the pods of a namespace are added up, state by state', () => {
  const counts = countPods([
    microservice('shop', { pods: { desired: 3, injected: 2, stale: 1, missing: 1, skipped: { count: 4 } } }),
    microservice('shop', { pods: { desired: 1, injected: 1 } }),
    microservice('bank'),
  ]);
  expect(counts.map(({ microservice_namespace: namespace, state, count }) => `${namespace} ${state} ${count}`)).toEqual(
    [
      'shop injected 3',
      'shop stale 1',
      'shop missing 1',
      'shop skipped 4',
      'bank injected 0',
      'bank stale 0',
      'bank missing 0',
      'bank skipped 0',
    ],
  );
});

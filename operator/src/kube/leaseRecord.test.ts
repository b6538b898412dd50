import { expect, test } from 'vitest';
import type { Lease } from './builtin.ts';
import { leaseOf, readLease } from './leaseRecord.ts';

const key = { namespace: 'ns', name: 'lease' };
const now = new Date('2030-01-02T03:04:05.678Z');

/** The Lease as the API server would store it. */
function stored(body: object, resourceVersion: string): Lease {
  return { ...body, metadata: { ...key, resourceVersion } } as unknown as Lease;
}

test('what is written is read back, with a count of those who led', () => {
  const first = leaseOf({ key, onto: undefined, holder: 'a', durationMs: 15_000, now });
  expect(first).toEqual({
    metadata: key,
    spec: {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
      renewTime: '2030-01-02T03:04:05.678000Z',
    },
  });
  const held = readLease(stored(first, '1'));
  expect(held).toEqual({ version: '1', holder: 'a', durationMs: 15_000, transitions: 1, released: false });
  const renewed = leaseOf({ key, onto: held, holder: 'a', durationMs: 15_000, now });
  expect(renewed.metadata.resourceVersion).toBe('1');
  expect(renewed.spec?.leaseTransitions).toBe(1);
  expect(leaseOf({ key, onto: held, holder: 'b', durationMs: 15_000, now }).spec?.leaseTransitions).toBe(2);
});

test('giving up is told apart from a Lease that was never held', () => {
  const held = readLease(stored(leaseOf({ key, onto: undefined, holder: 'a', durationMs: 15_000, now }), '1'));
  const given = readLease(stored(leaseOf({ key, onto: held, holder: '', durationMs: 15_000, now }), '2'));
  expect(given).toMatchObject({ holder: '', transitions: 1, released: true });
  expect(readLease(stored({}, '3'))).toMatchObject({ holder: '', transitions: 0, released: false });
});

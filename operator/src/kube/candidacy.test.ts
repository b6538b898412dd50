import { expect, test } from 'vitest';
import { Candidacy } from './candidacy.ts';
import type { LeaseRecord } from './leaseRecord.ts';

const leaseMs = 15_000;

function record(version: string, holder: string, more: Partial<LeaseRecord> = {}): LeaseRecord {
  return { version, holder, durationMs: leaseMs, transitions: 1, released: false, ...more };
}

const untouched = record('1', '', { durationMs: undefined, transitions: 0 });
const take = { do: 'take' };
const wait = (ms: number) => ({ do: 'wait', ms });

test('a Lease that was never held is taken at once', () => {
  expect(new Candidacy('me', leaseMs).see(untouched, 0)).toEqual(take);
});

test('a Lease that was given up is taken at once', () => {
  const me = new Candidacy('me', leaseMs);
  expect(me.see(record('1', 'other'), 0)).toEqual(wait(leaseMs));
  expect(me.see(record('2', '', { released: true }), 100)).toEqual(take);
});

test('a held Lease is taken when it has not changed for its duration, as seen from here', () => {
  const me = new Candidacy('me', leaseMs);
  expect(me.see(record('1', 'other'), 1_000)).toEqual(wait(15_000));
  expect(me.see(record('2', 'other'), 3_000)).toEqual(wait(15_000));
  expect(me.see(record('2', 'other'), 17_999)).toEqual(wait(1));
  expect(me.see(record('2', 'other'), 18_000)).toEqual(take);
});

test('a leader that asked for more time gets it, one that asked for less gets ours', () => {
  expect(new Candidacy('me', leaseMs).see(record('1', 'other', { durationMs: 30_000 }), 0)).toEqual(wait(30_000));
  expect(new Candidacy('me', leaseMs).see(record('1', 'other', { durationMs: 1_000 }), 0)).toEqual(wait(15_000));
});

test('a Lease that is not there is waited for as long as its leader could still lead', () => {
  const me = new Candidacy('me', leaseMs);
  me.see(record('1', 'other', { durationMs: 20_000 }), 0);
  expect(me.see(undefined, 2_000)).toEqual(wait(20_000));
  expect(me.see(undefined, 22_000)).toEqual(take);
  expect(new Candidacy('me', leaseMs).see(undefined, 0)).toEqual(wait(leaseMs));
});

test('a Lease that somebody emptied is waited for in the same way', () => {
  const me = new Candidacy('me', leaseMs);
  me.see(record('1', 'other'), 0);
  expect(me.see({ ...untouched, version: '2' }, 2_000)).toEqual(wait(15_000));
  expect(me.see({ ...untouched, version: '2' }, 17_000)).toEqual(take);
});

test('its own claim, whose answer was lost, is taken up', () => {
  expect(new Candidacy('me', leaseMs).see(record('7', 'me'), 0)).toEqual(take);
});

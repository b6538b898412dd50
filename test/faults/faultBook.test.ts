import { expect, test } from 'vitest';
import { apiRequest } from './apiRequest.ts';
import { FaultBook } from './faultBook.ts';
import { parsePlan } from './plan.ts';

const url = (path: string) => new URL(path, 'https://server');
const list = apiRequest('GET', url('/api/v1/pods'));
const write = apiRequest('DELETE', url('/api/v1/namespaces/shop/pods/a'));
const book = (faults: string) => new FaultBook(parsePlan(`faults: [${faults}]`));

test('a fault strikes after those it skips, as often as it says', () => {
  const faults = book('{on: {verb: list}, skip: 1, times: 2, do: silence}');
  expect([1, 2, 3, 4].map(() => faults.strike(list, '')?.do)).toEqual([undefined, 'silence', 'silence', undefined]);
});

test('what does not match is not counted', () => {
  const faults = book('{on: {verb: write, namespace: shop, phase: roll}, do: kill, at: before}');
  expect(faults.strike(list, 'roll')).toBeUndefined();
  expect(faults.strike(write, 'create')).toBeUndefined();
  expect(faults.strike(write, 'roll')).toMatchObject({ do: 'kill' });
});

test('of several faults the first strikes, and all count', () => {
  const faults = book('{on: {}, do: reset}, {on: {verb: list}, skip: 1, do: silence}, {on: {}, skip: 9, do: reset}');
  expect([1, 2, 3].map(() => faults.strike(list, '')?.do)).toEqual(['reset', 'silence', undefined]);
  expect(faults.struck().length).toBe(2);
});

test('always is for ever', () => {
  const faults = book('{on: {}, times: always, do: reset}');
  expect(Array.from({ length: 9 }, () => faults.strike(list, '')?.do)).not.toContain(undefined);
});

test('every third is the first of three', () => {
  const faults = book('{on: {}, skip: 1, every: 3, times: 2, do: reset}');
  const struck = Array.from({ length: 9 }, () => faults.strike(list, '') !== undefined);
  expect(struck.flatMap((yes, i) => (yes ? [i] : []))).toEqual([1, 4]);
});

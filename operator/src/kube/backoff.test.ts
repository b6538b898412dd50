import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecorrelatedBackoff, KeyedBackoff } from './backoff.ts';

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a decorrelated delay lies between the base and three times the one before, and under the cap', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1 }), (draws) => {
      let index = 0;
      const backoff = new DecorrelatedBackoff({ baseMs: 100, capMs: 5000 }, () => draws[index++] ?? 0);
      let previous = 100;
      for (const _ of draws) {
        const delay = backoff.next();
        expect(delay).toBeGreaterThanOrEqual(100);
        expect(delay).toBeLessThanOrEqual(Math.min(5000, previous * 3));
        previous = delay;
      }
    }),
  );
});

test('a decorrelated delay starts from the base again after a reset', () => {
  const backoff = new DecorrelatedBackoff({ baseMs: 100, capMs: 60_000 }, () => 0.999);
  for (let failures = 0; failures < 10; failures++) backoff.next();
  backoff.reset();
  expect(backoff.next()).toBeLessThan(300);
});

test('the delay of a key doubles with each failure up to the cap', () => {
  const backoff = new KeyedBackoff({ baseMs: 100, capMs: 1000 }, () => 0);
  expect(Array.from({ length: 6 }, () => backoff.next('a'))).toEqual([100, 200, 400, 800, 1000, 1000]);
});

test('keys fail independently and are forgotten by name', () => {
  const backoff = new KeyedBackoff({ baseMs: 100, capMs: 1000 }, () => 0);
  backoff.next('a');
  backoff.next('a');
  backoff.next('b');
  backoff.forget('a');
  expect([backoff.failures('a'), backoff.failures('b')]).toEqual([0, 1]);
  expect([backoff.next('a'), backoff.next('b')]).toEqual([100, 200]);
});

test('thousands of failures give the cap, not infinity', () => {
  const backoff = new KeyedBackoff({ baseMs: 1, capMs: 1000 }, () => 0.5);
  for (let failures = 0; failures < 5000; failures++) backoff.next('a');
  expect(backoff.next('a')).toBe(1000);
});

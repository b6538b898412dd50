import { expect, test } from 'vitest';
import { ManualClock } from '../kube/testing/manualClock.ts';
import { Recently } from './recently.ts';

test('a key is remembered for so long after it was noted last', async () => {
  const clock = new ManualClock();
  const recently = new Recently(clock, 1_000);
  expect(recently.has('a')).toBe(false);
  recently.note('a');
  await clock.advance(600);
  recently.note('a');
  await clock.advance(999);
  expect(recently.has('a')).toBe(true);
  await clock.advance(1);
  expect(recently.has('a')).toBe(false);
});

test('no more are held than were noted within that time', async () => {
  const clock = new ManualClock();
  const recently = new Recently(clock, 1_000);
  for (let i = 0; i < 10_000; i += 1) {
    // One stays in use all the time, and must not keep the others behind it.
    recently.note('always');
    recently.note(`once ${i}`);
    await clock.advance(100);
  }
  expect(recently.size).toBeLessThanOrEqual(11);
  expect(recently.has('always')).toBe(true);
});

import { expect, test } from 'vitest';
import { Deadline } from './deadline.ts';
import { ManualClock } from './testing/manualClock.ts';

test('the signal aborts when the time is over, and says so', async () => {
  const clock = new ManualClock();
  const deadline = new Deadline(clock, 100);
  await clock.advance(99);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect([deadline.signal.aborted, deadline.expired]).toEqual([true, true]);
});

test('the signal aborts with its parent, for the same reason', () => {
  const parent = new AbortController();
  const deadline = new Deadline(new ManualClock(), 100, parent.signal);
  parent.abort('enough');
  expect([deadline.signal.reason, deadline.expired]).toEqual(['enough', false]);
  expect(new Deadline(new ManualClock(), 100, parent.signal).signal.reason).toBe('enough');
});

test('a deadline that was met still follows its parent; one that was released does not', async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const met = new Deadline(clock, 100, parent.signal);
  const released = new Deadline(clock, 100, parent.signal);
  met.met();
  released.release();
  await clock.advance(1000);
  expect([met.signal.aborted, released.signal.aborted, clock.pending]).toEqual([false, false, 0]);
  parent.abort();
  expect([met.signal.aborted, released.signal.aborted]).toEqual([true, false]);
});

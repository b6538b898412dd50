import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ManualClock } from '../kube/testing/manualClock.ts';
import { EventLoopWatch } from './eventLoopWatch.ts';

/** Holds up the event loop. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('what holds up the event loop is measured, and forgotten after the window after it', async () => {
  const clock = new ManualClock();
  const watch = new EventLoopWatch(clock);
  watch.start();
  await sleep(50);
  block(300);
  await sleep(50);
  expect(watch.longestMs).toBeGreaterThan(250);
  expect(watch.works()).toBe(true);
  await clock.advance(15_000);
  expect(watch.longestMs).toBeGreaterThan(250);
  await clock.advance(15_000);
  expect(watch.longestMs).toBeLessThan(250);
  watch.stop();
  expect(clock.pending).toBe(0);
});

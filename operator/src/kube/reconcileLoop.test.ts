import { expect, test } from 'vitest';
import { ApiError, TerminalError } from './errors.ts';
import { type Reconcile, ReconcileLoop } from './reconcileLoop.ts';
import { ManualClock, settle } from './testing/manualClock.ts';
import { formatKey } from './wire.ts';
import { WorkQueue } from './workqueue.ts';

/** A running loop whose outcomes are recorded. */
function started(reconcile: Reconcile, concurrency = 1, capMs = 1000) {
  const clock = new ManualClock();
  const outcomes: string[] = [];
  const stop = new AbortController();
  const loop = new ReconcileLoop({
    name: 'test',
    reconcile,
    concurrency,
    deadlineMs: 5000,
    clock,
    queue: new WorkQueue({ clock, random: () => 0, backoff: { baseMs: 100, capMs } }),
    hooks: { reconciled: (_, outcome) => outcomes.push(outcome) },
  });
  return { clock, outcomes, loop, ended: loop.run(stop.signal), stop: () => stop.abort() };
}

test('a key is reconciled and then left alone', async () => {
  const seen: string[] = [];
  const { loop, clock, outcomes } = started(async (key) => {
    seen.push(formatKey(key));
    return {};
  });
  loop.queue.add('ns/a');
  loop.queue.add('cluster-scoped');
  await clock.advance(600_000);
  expect(seen).toEqual(['ns/a', 'cluster-scoped']);
  expect(outcomes).toEqual(['success', 'success']);
});

test('a result can ask to come back', async () => {
  const { loop, clock, outcomes } = started(async () => ({ requeueAfterMs: 1000 }));
  loop.queue.add('ns/a');
  await clock.advance(2500);
  expect(outcomes).toEqual(['requeue_after', 'requeue_after', 'requeue_after']);
});

test('an error is tried again with growing delays, and success forgets it', async () => {
  const times: number[] = [];
  const { loop, clock, outcomes } = started(async () => {
    times.push(clock.now());
    if (times.length < 4) throw new Error('not yet');
    return {};
  });
  loop.queue.add('ns/a');
  await clock.advance(10_000);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 100, 300, 700]);
  expect(outcomes).toEqual(['error', 'error', 'error', 'success']);
  expect(loop.queue.failures('ns/a')).toBe(0);
});

test('what is forbidden is tried twice a minute, however often it failed', async () => {
  let attempts = 0;
  const { loop, clock } = started(
    async () => {
      attempts++;
      throw new ApiError(403, 'Forbidden', 'no');
    },
    1,
    300_000,
  );
  loop.queue.add('ns/a');
  await clock.advance(600_000);
  const before = attempts;
  await clock.advance(60_000);
  expect(attempts - before).toBe(2);
});

test('a terminal error is not tried again', async () => {
  const { loop, clock, outcomes } = started(async () => {
    throw new TerminalError('the declaration is wrong');
  });
  loop.queue.add('ns/a');
  await clock.advance(600_000);
  expect(outcomes).toEqual(['terminal_error']);
});

test('the wait that a server asks for is kept', async () => {
  const times: number[] = [];
  const { loop, clock } = started(async () => {
    times.push(clock.now());
    if (times.length === 1) throw new ApiError(429, 'TooManyRequests', 'slow down', { retryAfter: 7 });
    return {};
  });
  loop.queue.add('ns/a');
  await clock.advance(10_000);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 7000]);
});

test('an attempt is aborted at its deadline and tried again', async () => {
  let attempts = 0;
  const { loop, clock, outcomes } = started(async (_, signal) => {
    if (++attempts > 1) return {};
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  loop.queue.add('ns/a');
  await clock.advance(6000);
  expect(outcomes).toEqual(['deadline', 'success']);
});

test('one key is never reconciled twice at a time, and others go on meanwhile', async () => {
  const log: string[] = [];
  const release = Promise.withResolvers<void>();
  const { loop, clock } = started(async (key) => {
    log.push(`begin ${key.name}`);
    if (key.name === 'slow') await release.promise;
    log.push(`end ${key.name}`);
    return {};
  }, 3);
  loop.queue.add('ns/slow');
  await settle();
  loop.queue.add('ns/slow');
  loop.queue.add('ns/quick');
  await clock.advance(1000);
  expect(log).toEqual(['begin slow', 'begin quick', 'end quick']);
  release.resolve();
  await settle();
  expect(log.slice(3)).toEqual(['end slow', 'begin slow', 'end slow']);
});

test('stopping aborts what is under way and waits for it', async () => {
  let ended = false;
  const running = started(async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    return {};
  });
  running.loop.queue.add('ns/a');
  await settle();
  running.stop();
  await running.ended;
  expect(ended).toBe(true);
});

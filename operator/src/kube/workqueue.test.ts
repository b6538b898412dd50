import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from './testing/manualClock.ts';
import { WorkQueue } from './workqueue.ts';

function queueWithClock(): { queue: WorkQueue; clock: ManualClock } {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random: () => 0, backoff: { baseMs: 100, capMs: 1000 } });
  return { queue, clock };
}

test('a key that waits already is not added again', async () => {
  const { queue } = queueWithClock();
  queue.add('ns/a');
  queue.add('ns/a');
  expect(await queue.take()).toBe('ns/a');
  expect(queue.depth).toBe(0);
});

test('a key that is added while it is worked on comes back after that, and not before', async () => {
  const { queue } = queueWithClock();
  queue.add('ns/a');
  await queue.take();
  queue.add('ns/a');
  expect(queue.depth).toBe(0);
  queue.done('ns/a');
  expect(await queue.take()).toBe('ns/a');
});

test('namespaces are served in turn', async () => {
  const { queue } = queueWithClock();
  for (const name of ['1', '2', '3']) queue.add(`big/${name}`);
  queue.add('small/1');
  queue.add('cluster-scoped');
  const order: (string | undefined)[] = [];
  for (let turn = 0; turn < 5; turn++) order.push(await queue.take());
  expect(order).toEqual(['big/1', 'small/1', 'cluster-scoped', 'big/2', 'big/3']);
});

test('a worker that waits gets the next key', async () => {
  const { queue } = queueWithClock();
  const taken = queue.take();
  queue.add('ns/a');
  expect(await taken).toBe('ns/a');
});

test('of several times for one key the earliest holds', async () => {
  const { queue, clock } = queueWithClock();
  queue.addAfter('ns/a', 500);
  queue.addAfter('ns/a', 100);
  queue.addAfter('ns/a', 900);
  await clock.advance(99);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(queue.depth).toBe(1);
  expect(clock.pending).toBe(0);
});

test('failures are tried again with doubling delays until they are forgotten', () => {
  const { queue } = queueWithClock();
  expect([queue.addAfterFailure('ns/a'), queue.addAfterFailure('ns/a')]).toEqual([100, 200]);
  queue.forget('ns/a');
  expect(queue.addAfterFailure('ns/a')).toBe(100);
  expect(queue.addAfterFailure('ns/b', 5000)).toBe(5000);
});

test('closing ends the workers and drops what waits', async () => {
  const { queue, clock } = queueWithClock();
  const taken = queue.take();
  queue.addAfter('ns/a', 100);
  queue.close();
  queue.add('ns/b');
  expect(await taken).toBeUndefined();
  expect(await queue.take()).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test('no key is worked on twice at a time and none is lost, whatever the order of calls', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('n/a', 'n/b', 'm/c', 'd') }),
    fc.record({ do: fc.constantFrom('take' as const, 'done' as const), key: fc.constant('') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { queue } = queueWithClock();
      const wanted = new Set<string>();
      const working: string[] = [];
      const take = async (): Promise<void> => {
        if (queue.depth === 0) return;
        const key = (await queue.take()) ?? '';
        expect(working).not.toContain(key);
        expect(wanted.delete(key)).toBe(true);
        working.push(key);
      };
      for (const each of steps) {
        if (each.do === 'take') await take();
        else if (each.do === 'add') wanted.add(each.key) && queue.add(each.key);
        else queue.done(working.shift() ?? 'nothing');
      }
      for (const key of working.splice(0)) queue.done(key);
      while (queue.depth > 0) await take();
      expect(wanted.size).toBe(0);
    }),
  );
});

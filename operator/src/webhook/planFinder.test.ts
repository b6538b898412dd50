import { describe, expect, test } from 'vitest';
import { ManualClock, settle } from '../kube/testing/manualClock.ts';
import { revisionOf } from '../plan/revision.ts';
import { plan } from '../plan/testing/builders.ts';
import { PlanFinder, type PlanKey } from './planFinder.ts';
import { planStore, stored } from './testing/storedPlans.ts';

const first = plan({ containers: ['a'] });
const second = plan({ containers: ['b'] });
const orders: PlanKey = { namespace: 'shop', microservice: 'orders' };
const asking = (revision: string): PlanKey => ({ ...orders, revision });

/** A search that can be looked at. */
function search(finder: PlanFinder, key: PlanKey) {
  const answers: unknown[] = [];
  void finder.find(key).then((answer) => answers.push(answer));
  return answers;
}

test.each([
  ['the one of the revision', asking(revisionOf(first)), first],
  ['the newest without a revision', orders, second],
])('what is cached is found at once: %s', async (_, key, expected) => {
  const clock = new ManualClock();
  const finder = new PlanFinder(planStore(stored(second, 2), stored(first, 1)), clock);
  expect(await finder.find(key)).toEqual(expected);
  expect(clock.pending).toBe(0);
});

test.each([
  ['nothing', {}],
  ['another format', { ...first, format: 2 }],
  ['the Plan of another Microservice', { ...first, microservice: 'billing' }],
  ['the Plan of another namespace', { ...first, namespace: 'bank' }],
])('a stored Plan that holds %s is none', async (_, data) => {
  const clock = new ManualClock();
  const finder = new PlanFinder(planStore({ ...stored(first, 1), data: data as never }), clock);
  const answers = search(finder, asking(revisionOf(first)));
  await clock.advance(1000);
  expect(answers).toEqual([undefined]);
});

describe('a Plan that is not cached', () => {
  test('is waited for, and found when it arrives', async () => {
    const [clock, store] = [new ManualClock(), planStore()];
    const answers = search(new PlanFinder(store, clock), asking(revisionOf(first)));
    await clock.advance(900);
    expect(answers).toEqual([]);
    store.upsert(stored(first, 1));
    await settle();
    expect(answers).toEqual([first]);
    expect(clock.pending).toBe(0);
  });

  test('is given up after a second', async () => {
    const [clock, store] = [new ManualClock(), planStore()];
    const answers = search(new PlanFinder(store, clock), orders);
    await clock.advance(999);
    expect(answers).toEqual([]);
    await clock.advance(1);
    expect(answers).toEqual([undefined]);
    store.upsert(stored(first, 1));
    await settle();
    expect(answers).toEqual([undefined]);
  });

  test.each([
    ['another revision', asking(revisionOf(first)), second],
    ['another Microservice', orders, plan({ microservice: 'billing' })],
    ['another namespace', orders, plan({ namespace: 'bank' })],
  ])('is not taken for %s that arrives', async (_, key, other) => {
    const [clock, store] = [new ManualClock(), planStore(stored(other, 1))];
    const answers = search(new PlanFinder(store, clock), key);
    store.upsert({ ...stored(other, 2), metadata: { ...stored(other, 1).metadata, resourceVersion: '2' } });
    await clock.advance(1000);
    expect(answers).toEqual([undefined]);
  });

  test('is found for every pod that waits for it', async () => {
    const [clock, store] = [new ManualClock(), planStore()];
    const finder = new PlanFinder(store, clock);
    const answers = [search(finder, orders), search(finder, asking(revisionOf(first))), search(finder, orders)];
    await settle();
    store.upsert(stored(first, 1));
    await settle();
    expect(answers).toEqual([[first], [first], [first]]);
    expect(clock.pending).toBe(0);
  });
});

import { expect, test } from 'vitest';
import { EventCorrelator, type EventNote } from './eventCorrelator.ts';
import type { ObjectRef } from './wire.ts';

const orders: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'orders', uid: 'u1' };
const note: EventNote = { type: 'Normal', reason: 'Injected', message: 'Sidecars were added' };
const minute = 60_000;
const at = (ms: number): Date => new Date(Date.UTC(2030, 0, 1) + ms);

test('repeats raise the count of one series', () => {
  const correlator = new EventCorrelator();
  const first = correlator.observe(orders, note, at(0));
  const second = correlator.observe(orders, note, at(minute));
  expect(second).toEqual({ ...first, last: at(minute), count: 2 });
});

test('another message, reason or object is another series', () => {
  const correlator = new EventCorrelator();
  const ids = [
    correlator.observe(orders, note, at(0)),
    correlator.observe(orders, { ...note, message: 'Other' }, at(0)),
    correlator.observe(orders, { ...note, reason: 'Skipped' }, at(0)),
    correlator.observe({ ...orders, uid: 'u2' }, note, at(0)),
  ].map((series) => series?.id);
  expect(new Set(ids).size).toBe(4);
});

test('a repeat after half an hour begins a new series', () => {
  const correlator = new EventCorrelator();
  const first = correlator.observe(orders, note, at(0));
  const later = correlator.observe(orders, note, at(31 * minute));
  expect(later?.id).not.toBe(first?.id);
  expect(later?.count).toBe(1);
});

test('an object that reports without end is cut off, and gets one more series every five minutes', () => {
  const correlator = new EventCorrelator();
  const report = (count: number, time: number): number =>
    Array.from({ length: count }, (_, index) =>
      correlator.observe(orders, { ...note, message: `${time}/${index}` }, at(time)),
    ).filter((series) => series !== undefined).length;
  expect(report(100, 0)).toBe(25);
  expect(report(100, 5 * minute)).toBe(1);
  expect(correlator.observe({ ...orders, name: 'billing' }, note, at(0))?.count).toBe(1);
});

test('what makes no difference any more is forgotten', () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 100; i++) correlator.observe({ ...orders, uid: `other-${i}` }, note, at(0));
  expect(correlator.size).toBe(200);
  correlator.observe(orders, note, at(31 * minute));
  // Its buckets are full again only after two hours.
  expect(correlator.size).toBe(102);
  correlator.observe(orders, note, at(156 * minute));
  expect(correlator.size).toBe(2);
});

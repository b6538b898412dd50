import { expect, test } from 'vitest';
import { Waves } from './waves.ts';

test('a few workloads roll at once, and the next when one of them is done', () => {
  const waves = new Waves();
  expect(['a', 'b', 'c', 'd'].map((uid) => waves.enter(uid))).toEqual([true, true, true, false]);
  expect(waves.enter('a')).toBe(true);
  waves.leave('b');
  expect([waves.enter('d'), waves.enter('b')]).toEqual([true, false]);
});

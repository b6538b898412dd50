import { expect, test } from 'vitest';
import { keyOf } from './hash.ts';
import { narrated, readable } from './log.ts';

test('durations are readable', () => {
  expect([readable(420), readable(59_000), readable(185_000)]).toEqual(['0.4 s', '59.0 s', '3m05s']);
});

test('work is announced, and its result comes through', async () => {
  const lines: string[] = [];
  expect(
    await narrated(
      (line) => lines.push(line),
      'counting',
      async () => 3,
    ),
  ).toBe(3);
  expect(lines).toEqual(['counting ...']);
});

test('a key changes when a character moves from one part to the next', () => {
  expect(keyOf('ab', 'c')).not.toBe(keyOf('a', 'bc'));
  expect(keyOf('ab', 'c')).toBe(keyOf('ab', 'c'));
});

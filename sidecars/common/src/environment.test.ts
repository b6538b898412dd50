import { expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';

test('reads texts, numbers and lists and reports no problem', () => {
  const env = readEnvironment({ A: 'x', N: '15', L: '10.0.0.1, fd00::1,' });
  expect(env.text('A')).toBe('x');
  expect(env.text('B', 'y')).toBe('y');
  expect(env.integer('N', 1, { min: 0, max: 20 })).toBe(15);
  expect(env.list('L')).toEqual(['10.0.0.1', 'fd00::1']);
  expect(env.problems).toEqual([]);
});

test('collects every problem with the name of its variable', () => {
  const env = readEnvironment({ N: '1e9', J: '{' });
  env.text('A');
  expect(env.integer('N', 7, { min: 0, max: 20 })).toBe(7);
  expect(env.json<number>('J', 3, () => ({ value: 4 }))).toBe(3);
  expect(env.problems).toEqual([
    'A is not set',
    'N must be a whole number from 0 to 20, not "1e9"',
    expect.stringMatching(/^J: not JSON: /),
  ]);
});

import { expect, test } from 'vitest';
import { listed, total } from '../tally.ts';

test('the tallies of several runs add up, with all their failures', () => {
  const first = { passed: 2, failed: 1, skipped: 0, failures: [{ test: 'a', why: 'one' }] };
  const second = { passed: 3, failed: 1, skipped: 4, failures: [{ test: 'b', why: 'two' }] };
  expect(total(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`)).toEqual({
    passed: 5,
    failed: 2,
    skipped: 4,
    failures: [...first.failures, ...second.failures],
  });
});

test('runs that wrote nothing count as nothing', () => {
  expect(total('')).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
});

test('a failure is listed with the first eight lines of its message', () => {
  const why = Array.from({ length: 10 }, (_, n) => `line ${n}`).join('\n');
  expect(
    listed([
      { test: 'short', why: 'because' },
      { test: 'long', why },
    ]),
  ).toBe(
    ['  short', '      because', '  long', ...Array.from({ length: 8 }, (_, n) => `      line ${n}`), '      …'].join(
      '\n',
    ),
  );
});

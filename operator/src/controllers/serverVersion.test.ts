import { expect, test } from 'vitest';
import { isAtLeast } from './serverVersion.ts';

test.each([
  ['1', '33', true],
  ['1', '33+', true],
  ['1', '36', true],
  ['2', '0', true],
  ['1', '32', false],
  ['1', '32+', false],
  ['1', '', false],
  ['0', '99', false],
])('a control plane of version %s.%s finds named ports of sidecars: %s', (major, minor, finds) => {
  expect(isAtLeast(major, minor)).toBe(finds);
});

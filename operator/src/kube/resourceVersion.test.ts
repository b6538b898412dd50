import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions, isOlder } from './resourceVersion.ts';

test('versions are ordered as the 64-bit numbers they are', () => {
  const version = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = compareVersions(String(a), String(b));
      expect(Math.sign(order ?? Number.NaN)).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test.each(['', '0', '01', '1a', '-1', undefined])('a version of "%s" is not compared', (version) => {
  expect(compareVersions(version, '5')).toBeUndefined();
  expect(isOlder(version, '5')).toBe(false);
});

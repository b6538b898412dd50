import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileGlob, isIgnored, matches, podGlob } from './logFiles.ts';

describe('globs', () => {
  test('cover the names that rotation makes', () => {
    expect(fileGlob('/var/log/orders/app.log')).toEqual({ directory: '/var/log/orders', name: 'app.log*' });
    expect(fileGlob('/var/log/orders/*.log')).toEqual({ directory: '/var/log/orders', name: '*.log*' });
    expect(fileGlob('/var/log/orders/app*')).toEqual({ directory: '/var/log/orders', name: 'app*' });
    expect(podGlob('/logs')).toEqual({ directory: '/logs/*', name: '*.log*' });
  });

  test('leave out packed copies', () => {
    expect(
      ['0.log', '0.log.20261124-080000', '0.log.20261124-080000.gz', '0.log.tmp'].filter((name) => !isIgnored(name)),
    ).toEqual(['0.log', '0.log.20261124-080000']);
  });
});

describe('matches', () => {
  test.each([
    ['app.log', 'app.log', true],
    ['app.log', 'app.logs', false],
    ['app.log*', 'app.log.1', true],
    ['*.log*', 'a.log', true],
    ['*.log*', 'a.txt', false],
    ['*', '.hidden', false],
    ['.h*', '.hidden', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test('agrees with the regular expression that means the same', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, name, (pattern, candidate) => {
        expect(matches(pattern, candidate)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(candidate));
      }),
    );
  });
});

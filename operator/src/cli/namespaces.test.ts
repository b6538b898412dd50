import { expect, test } from 'vitest';
import { namespaceFrom, namespacesFrom } from './namespaces.ts';
import { UsageError } from './usageError.ts';

test('namespaces are names between commas, each once', () => {
  expect(namespacesFrom('shop,billing, shop')).toEqual(['shop', 'billing']);
});

test('nothing said means the whole cluster', () => {
  expect(namespacesFrom(undefined)).toBeUndefined();
});

test.each(['', ',', 'shop,', 'Shop', 'a/b', '../x', '*', 'a\nb'])(
  '%j is refused and never means the whole cluster',
  (option) => {
    expect(() => namespacesFrom(option)).toThrow(UsageError);
  },
);

test('one namespace is a name, and anything else is refused', () => {
  expect(namespaceFrom('shop')).toBe('shop');
  for (const option of ['', 'Shop', 'a b', 'x'.repeat(64)]) {
    expect(() => namespaceFrom(option)).toThrow('-n must be the name of a namespace');
  }
});

import { expect, test } from 'vitest';
import { namespacesFrom } from './namespaces.ts';
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align } from './align.ts';

interface Item {
  readonly name?: string;
  readonly value: number;
}

const equal = (a: Item, b: Item): boolean => a.name === b.name && a.value === b.value;
const identity = ({ name }: Item): string | undefined => name;
const item = (name: string, value = 0): Item => ({ name, value });

test('an item in front is added, and nothing else is touched', () => {
  expect(align([item('a'), item('b')], [item('new'), item('a'), item('b')], equal, identity)).toEqual({
    kept: [
      { from: undefined, item: item('new') },
      { from: 0, item: item('a') },
      { from: 1, item: item('b') },
    ],
    removed: [],
  });
});

test('an item that changed is known by its name', () => {
  expect(align([item('a'), item('b')], [item('b', 1)], equal, identity)).toEqual({
    kept: [{ from: 1, item: item('b', 1) }],
    removed: [0],
  });
});

test('items without a name are replaced', () => {
  expect(align([{ value: 1 }], [{ value: 2 }], equal, identity)).toEqual({
    kept: [{ from: undefined, item: { value: 2 } }],
    removed: [0],
  });
});

test('every old item is kept once, in order, or removed, and every new one is there', () => {
  const items = fc.array(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.nat(2) }, { requiredKeys: ['value'] }),
  );
  fc.assert(
    fc.property(items, items, (before, after) => {
      const { kept, removed } = align<Item>(before, after, equal, identity);
      expect(kept.map((entry) => entry.item)).toEqual(after);
      const origins = kept.flatMap(({ from }) => from ?? []);
      expect(origins).toEqual([...new Set(origins)].sort((a, b) => a - b));
      expect([...origins, ...removed].sort((a, b) => a - b)).toEqual(before.map((_, i) => i));
    }),
  );
});

import { expect, test } from 'vitest';
import { placesOf, withValue } from './schemaPlaces.ts';

test('every place of a schema is found, with two items of each list', () => {
  const schema = { properties: { a: { items: { properties: { b: {} } } } } };
  expect(placesOf(schema).map(({ path }) => path.join('.'))).toEqual(['', 'a', 'a.0', 'a.0.b', 'a.1', 'a.1.b']);
});

test('a value is put in its place, and what is missing on the way is made', () => {
  expect(withValue({ x: 1 }, ['a', 1, 'b'], 2)).toEqual({ x: 1, a: [{ b: 2 }] });
});

test('a value is taken away', () => {
  expect(withValue({ a: [1, 2] }, ['a', 0], undefined)).toEqual({ a: [2] });
  expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
});

import { describe, expect, test } from 'vitest';
import { isRedeclared } from './redeclared.ts';

const object = (metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'one', uid: 'a', generation: 1, ...metadata },
});

describe('a change', () => {
  test.each([
    ['of the generation', object(), object({ generation: 2 })],
    ['from nothing', undefined, object()],
    ['to nothing', object(), undefined],
    ['to one that is going', object(), object({ deletionTimestamp: '2030-01-01T00:00:00Z' })],
    ['to another object of that name', object(), object({ uid: 'b' })],
  ])('%s is one of what is declared', (_, before, after) => {
    expect(isRedeclared(before, after)).toBe(true);
  });

  test('of the status, and so of the version only, is none', () => {
    expect(isRedeclared(object({ resourceVersion: '1' }), object({ resourceVersion: '2' }))).toBe(false);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digest } from './canonical.ts';
import { revisionOf } from './revision.ts';
import { plan } from './testing/builders.ts';

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, turn));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner, turn + 1)] as const);
  const at = entries.length === 0 ? 0 : turn % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].reverse());
}

test('the order of keys does not matter', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(7), (value, turn) => {
      expect(canonicalJson(shuffled(value, turn))).toBe(canonicalJson(value));
      expect(digest(shuffled(value, turn))).toBe(digest(value));
    }),
  );
});

test('the text means the same as the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  ['keys are in order', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
  ['lists keep their order', [2, 1, { b: 0, a: 0 }], '[2,1,{"a":0,"b":0}]'],
  ['what is undefined is left out', { a: undefined, b: null }, '{"b":null}'],
  [
    'a key that objects have already is one like any other',
    JSON.parse('{"b":1,"__proto__":2}'),
    '{"__proto__":2,"b":1}',
  ],
  ['a text is itself', 'ü', '"ü"'],
])('in canonical JSON %s', (_, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('a digest is ten hexadecimal digits of the SHA-256', () => {
  // printf '{}' | sha256sum
  expect(digest({})).toBe('44136fa355');
});

test.each([
  ['another image', { sidecar: { ...plan().sidecar, image: 'example.org/sidecar:2' } }],
  ['another port', { ports: [{ name: 'http', port: 8080, protocol: 'http' }] }],
  ['another order of containers', { containers: ['b', 'a'] }],
  ['no tap', { metrics: { ...plan().metrics, inbound: 'off' } }],
] as const)('a Plan with %s has another revision', (_, change) => {
  expect(revisionOf(plan(change))).not.toBe(revisionOf(plan({ containers: ['a', 'b'] })));
  expect(revisionOf(plan(change))).toBe(revisionOf(structuredClone(plan(change))));
});

/** Objects that nobody thought of: the offline check and the API server must agree on them too. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCrds } from './crds.ts';
import { kinds } from './meta.ts';
import { compileChecker } from './schema.ts';
import { allCases } from './testing/all.ts';
import { installCrds, testConnection, tryCreate } from './testing/server.ts';

const crds = readCrds();
const checker = compileChecker(crds);
const connection = testConnection();

beforeAll(async () => {
  await installCrds(kinds.map((kind) => crds[kind]));
});
afterAll(async () => {
  await connection.close();
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every way to a value in a value, outer ones first. */
function paths(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => paths(member, [...path, name]))];
}

/** A copy of a value with another one, or none, at a path. */
function mutated(value: Json, [first, ...rest]: readonly string[], replacement: Json | undefined): Json | undefined {
  if (first === undefined || typeof value !== 'object' || value === null) return replacement;
  const copy: Json = Array.isArray(value) ? [...value] : { ...value };
  const members = copy as { [name: string]: Json };
  const member = mutated(members[first] ?? null, rest, replacement);
  if (member !== undefined) members[first] = member;
  else if (Array.isArray(copy)) copy.splice(Number(first), 1);
  else delete members[first];
  return copy;
}

const replacement = fc.oneof(
  fc.constantFrom<(Json | undefined)[]>(
    undefined,
    null,
    '',
    'x',
    'X',
    '-',
    '.',
    '0',
    '*',
    '/a/b',
    '10s',
    '1h',
    'a:1',
    '\n',
  ),
  fc.constantFrom<Json[]>(0, -1, 1, 80, 9470, 70_000, 0.5, 1e12, true, false, [], {}, [null], ['x'], ['x', 'x'], {
    x: 1,
  }),
  fc.constantFrom<Json[]>('x'.repeat(64), 'x'.repeat(300), 'x'.repeat(2000), 'é', '😀', 'constructor', {
    constructor: 'x',
  }),
  fc.string({ maxLength: 8 }),
);

test('the offline check agrees with the API server on any change of any case', async () => {
  // The server's own check of names comes before the rules; it is not what is compared here.
  const named = allCases.filter(({ broken }) => !broken.some(([field]) => field === 'metadata.name'));
  const whole = named.map(({ kind, object }) => ({ kind, object: JSON.parse(JSON.stringify(object)) as Json }));
  const mutation = fc.constantFrom(...whole).chain(({ kind, object }) => {
    const places = paths(object).filter(([first]) => first === 'spec');
    return fc.record({
      kind: fc.constant(kind),
      object: fc.constant(object),
      place: fc.constantFrom(['spec'], ...places),
      replacement,
    });
  });
  await fc.assert(
    fc.asyncProperty(mutation, async ({ kind, object, place, replacement: value }) => {
      const changed = mutated(object, place, value) as Record<string, unknown>;
      const { problems, message } = await tryCreate(connection, crds[kind], changed);
      const checked = checker.check(kind, changed);
      const found = checked.valid ? [] : checked.problems;
      // Unknown fields are all that the server then speaks of; the offline check may name the value around them.
      if (problems.some((problem) => problem.message.startsWith('unknown field'))) {
        expect(checked.valid, message).toBe(false);
        return;
      }
      const fields = (all: readonly { readonly field: string }[]) => [...new Set(all.map(({ field }) => field))].sort();
      expect(fields(found), `${message} ${JSON.stringify(found)}`).toEqual(fields(problems));
    }),
    { numRuns: 1500 },
  );
}, 300_000);

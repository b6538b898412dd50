import fc from 'fast-check';
import type { Schema } from '../../operator/src/api/structural.ts';
import { expansion } from '../../operator/src/api/testing/cases.ts';
import { type Json, type Place, placesOf, withValue } from './schemaPlaces.ts';

/** Texts that break parsers, paths, configuration files and terminals. */
const hostile = fc.constantFrom<Json[]>(
  ...['', ' ', '.', '..', '../../etc/passwd', '/', '-', '_', '0', 'a\nb', '\n', 'a\tb', 'a\u0000b', '\u001b[2J'],
  ...[
    expansion('HOME'),
    '$(PORT)',
    '{{ .Values.x }}',
    '@INCLUDE /etc/x',
    'a"b',
    "a'b",
    'a\\b',
    'a;b',
    'a,b',
    'a=b',
    '#a',
  ],
  ...['é', '漢字', '😀', '\u202eabc', '\ufeffa', 'A', 'a--b', 'null', 'true', 'off', '1e3', '0x10', '٣'],
  ...['constructor', '__proto__', 'toString', 'x'.repeat(64), 'x'.repeat(254), 'x'.repeat(5000)],
);

/** Values of every type that a field does not have. */
const shifted = fc.constantFrom<Json[]>(
  ...[null, true, false, 0, -1, 0.5, 1e12, '8080', [], {}, [null], [[]], ['x'], ['x', 'x'], { x: 1 }],
  ...[{ constructor: 'x' }, Array.from({ length: 300 }, (_, i) => `x${i}`)],
);

/** Words that fit many fields: names of what is there and of what is not, and the values of other fields. */
const fitting = fc.constantFrom<Json[]>(
  ...['app', 'worker', 'http', 'admin', 'main', 'central', 'events', 'db', 'subject', 'other', 'neighbour', 'missing'],
  ...[
    'orders.created',
    'payments',
    '/metrics',
    '/var/log/app/*.log',
    'PORT',
    '10s',
    '90s',
    '1h',
    '100m',
    '64Mi',
    '1Gi',
  ],
  ...[1, 80, 99, 100, 8080, 9470, 65_535, 65_536, 100_000],
);

const nothing: fc.Arbitrary<Json | undefined> = fc.constant(undefined);

/** What one place becomes: another value, or nothing. */
export interface Spoiling {
  readonly path: Place['path'];
  readonly value: Json | undefined;
}

/** A change of a spec at any place of its schema. */
export function spoiling(schema: Schema): fc.Arbitrary<Spoiling> {
  const places = placesOf(schema);
  return fc.constantFrom(...places).chain(({ path, schema: at }): fc.Arbitrary<Spoiling> => {
    const value: fc.Arbitrary<Json | undefined> = fc.oneof(
      { weight: 5, arbitrary: edge(at) },
      { weight: 2, arbitrary: fitting },
      { weight: 2, arbitrary: hostile },
      { weight: 1, arbitrary: shifted },
      { weight: 2, arbitrary: nothing },
    );
    const changed = value.map((one): Spoiling => ({ path, value: one }));
    if (at.properties === undefined) return changed;
    const unknown: Spoiling = { path: [...path, 'unknown'], value: 'x' };
    return fc.oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: fc.constant(unknown) });
  });
}

/** Applies changes to a spec. */
export function spoiled(spec: Json, changes: readonly Spoiling[]): Json | undefined {
  return changes.reduce<Json | undefined>((value, change) => withValue(value, change.path, change.value), spec);
}

/** The values at the bounds that a schema sets, and just beyond them. */
function edge(schema: Schema): fc.Arbitrary<Json | undefined> {
  const { minimum, maximum, minLength, maxLength, maxItems, items, properties } = schema;
  const around = (bound: number | undefined) => (bound === undefined ? [] : [bound - 1, bound, bound + 1]);
  const texts = [...around(minLength), ...around(maxLength)].filter((length) => length >= 0);
  const values: Json[] = [
    ...(schema.enum ?? []),
    ...around(minimum),
    ...around(maximum),
    ...texts.map((length) => 'x'.repeat(length)),
    ...(schema.type === 'boolean' ? [true, false] : []),
  ];
  const choices: fc.Arbitrary<Json | undefined>[] = [];
  if (values.length > 0) choices.push(fc.constantFrom(...values));
  if (items !== undefined) {
    choices.push(fc.array(item(items), { maxLength: 3 }));
    if (maxItems !== undefined)
      choices.push(fc.constantFrom(maxItems, maxItems + 1).map((length) => Array.from({ length }, (_, i) => `x${i}`)));
  }
  if (properties !== undefined) choices.push(members(properties, schema.required ?? []));
  return choices.length === 0 ? fitting : fc.oneof(...choices);
}

function item(schema: Schema): fc.Arbitrary<Json> {
  return fc.oneof(edge(schema), fitting).map((value) => value ?? null);
}

function members(properties: Readonly<Record<string, Schema>>, required: readonly string[]): fc.Arbitrary<Json> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, item(schema)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] }) as fc.Arbitrary<Json>;
}

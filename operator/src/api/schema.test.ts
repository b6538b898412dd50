import { describe, expect, test } from 'vitest';
import { readCrds } from './crds.ts';
import { memberPath } from './fieldPath.ts';
import { kinds } from './meta.ts';
import { compileChecker, kindOf } from './schema.ts';
import type { SchemaProblem } from './schemaProblem.ts';
import { type Schema, storedSchema } from './structural.ts';
import { allCases } from './testing/all.ts';
import type { Case } from './testing/cases.ts';

const crds = readCrds();
const checker = compileChecker(crds);

function problemsOf({ kind, object }: Case): readonly SchemaProblem[] {
  const checked = checker.check(kind, JSON.parse(JSON.stringify(object)));
  return checked.valid ? [] : checked.problems;
}

describe.each(kinds)('the schema of %s', (kind) => {
  test.each(allCases.filter((candidate) => candidate.kind === kind))('$name', (candidate) => {
    const problems = problemsOf(candidate);
    expect([...new Set(problems.map(({ field }) => field))].sort(), JSON.stringify(problems)).toEqual(
      candidate.broken.map(([field]) => field).sort(),
    );
    for (const [field, message] of candidate.broken) {
      const found = problems.filter((problem) => problem.field === field).map((problem) => problem.message);
      expect(
        found.some((text) => text.includes(message ?? '')),
        `${found}`,
      ).toBe(true);
    }
  });

  test('has a case that breaks each of its rules', () => {
    const broken = allCases
      .filter((candidate) => candidate.kind === kind)
      .flatMap(problemsOf)
      .map(({ field, message }) => `${field.replaceAll(/\[\d+\]/g, '[]')}: ${message}`);
    expect([...rulesOf(storedSchema(crds[kind]), '')].filter((rule) => !broken.includes(rule))).toEqual([]);
  });

  test('has a case that accepts each of its fields', () => {
    const given = new Set(
      allCases
        .filter((candidate) => candidate.kind === kind && candidate.broken.length === 0)
        .flatMap(({ object }) => [...fieldsOf(object, '')]),
    );
    const spec = storedSchema(crds[kind]).properties?.spec ?? {};
    expect([...schemaFields(spec, 'spec')].filter((field) => !given.has(field))).toEqual([]);
  });
});

test('fills in defaults as deep as they go', () => {
  const object = {
    apiVersion: 'standpipe.dev/v1alpha1',
    kind: 'Microservice',
    metadata: { name: 'orders' },
    spec: { ports: [{ name: 'http', port: 8080 }], logging: null, metrics: { scrape: [{ port: 'http' }] } },
  };
  expect(checker.check('Microservice', object)).toEqual({
    valid: true,
    object: {
      ...object,
      spec: {
        ports: [{ name: 'http', port: 8080, protocol: 'http' }],
        metrics: {
          inbound: 'auto',
          forwardedFor: false,
          maxSeries: 2000,
          expose: 'annotations',
          scrape: [{ port: 'http', path: '/metrics', scheme: 'http' }],
        },
        rollout: { restart: 'auto', onCredentials: 'reload' },
      },
      status: { observedGeneration: -1 },
    },
  });
});

test('says which field was meant by one that does not exist', () => {
  const object = {
    apiVersion: 'standpipe.dev/v1alpha1',
    kind: 'Microservice',
    metadata: { name: 'orders' },
    spec: { publish: [], log_ging: {} },
  };
  expect(checker.check('Microservice', object)).toEqual({
    valid: false,
    problems: [
      { field: 'spec.publish', message: 'unknown field: write publishes' },
      { field: 'spec.log_ging', message: 'unknown field: write logging' },
    ],
  });
});

test.each([null, [], 'orders', 8080])('refuses %j, which is no object', (value) => {
  expect(checker.check('Microservice', value)).toEqual({
    valid: false,
    problems: [{ field: '', message: 'must be of type object' }],
  });
});

test('tells the kinds of Standpipe from others of the same name', () => {
  expect(kindOf({ apiVersion: 'standpipe.dev/v1alpha1', kind: 'Broker' })).toBe('Broker');
  expect(kindOf({ apiVersion: 'eventing.knative.dev/v1', kind: 'Broker' })).toBeUndefined();
  expect(kindOf({ apiVersion: 'standpipe.dev/v1alpha1', kind: 'Unknown' })).toBeUndefined();
  expect(kindOf(null)).toBeUndefined();
});

/** Every rule of a schema as `field: message`, with `[]` for any item of a list. */
function* rulesOf(schema: Schema, path: string): Generator<string> {
  for (const { message, fieldPath } of schema['x-kubernetes-validations'] ?? []) {
    yield `${`${path}${fieldPath ?? ''}`.replace(/^[.]/, '')}: ${message}`;
  }
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* rulesOf(child, memberPath(path, name));
  if (schema.items !== undefined) yield* rulesOf(schema.items, `${path}[]`);
}

/** Every field of a schema that holds a plain value, with `[]` for any item of a list. */
function* schemaFields(schema: Schema, path: string): Generator<string> {
  if (schema.items !== undefined) yield* schemaFields(schema.items, `${path}[]`);
  else if (schema.properties === undefined) yield path;
  for (const [name, child] of Object.entries(schema.properties ?? {}))
    yield* schemaFields(child, memberPath(path, name));
}

/** Every field that an object gives, with `[]` for any item of a list. */
function* fieldsOf(value: unknown, path: string): Generator<string> {
  yield path;
  if (Array.isArray(value)) for (const item of value) yield* fieldsOf(item, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* fieldsOf(member, memberPath(path, name));
  }
}

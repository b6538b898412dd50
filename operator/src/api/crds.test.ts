import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateReference, referenceFile } from '../../../scripts/generate-reference.ts';
import { generateTypes, typesFile } from '../../../scripts/generate-types.ts';
import { crdFolder, readCrds } from './crds.ts';
import { memberPath } from './fieldPath.ts';
import { type Kind, kinds } from './meta.ts';
import { type Schema, storedSchema } from './structural.ts';

const crds = readCrds();

test.each(kinds)('the types of %s are those that the definition gives', async (kind) => {
  expect(await generateTypes(crds[kind])).toBe(await readFile(typesFile(kind), 'utf8'));
});

test.each(kinds)('the reference page of %s is the one that the definition gives', async (kind) => {
  expect(generateReference(crds[kind])).toBe(await readFile(referenceFile(kind), 'utf8'));
});

test('a folder without definitions is named, with what to do', () => {
  expect(() => crdFolder({ STANDPIPE_CRDS: '/nowhere' })).toThrow(
    'no CustomResourceDefinitions in /nowhere: set STANDPIPE_CRDS to the folder crds/',
  );
});

describe.each(kinds)('the definition of %s', (kind: Kind) => {
  const fields = [...fieldsOf(storedSchema(crds[kind]), '')].filter(([path]) => !path.startsWith('metadata'));

  test('is small enough for the annotation of a client-side apply', () => {
    const { plural, group } = { ...crds[kind].spec, ...crds[kind].spec.names };
    expect(statSync(join(crdFolder(), `${group}_${plural}.yaml`)).size).toBeLessThan(200_000);
  });

  test('describes every field', () => {
    const bare = fields.filter(([path, { description }]) => description === undefined && !/(\[]|\{})$/.test(path));
    expect(bare.map(([path]) => path).filter((path) => path !== '')).toEqual([]);
  });

  test('bounds every list, map and text that is not its type', () => {
    const unbounded = fields.filter(([path, schema]) => !['apiVersion', 'kind'].includes(path) && !isBounded(schema));
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  test('says for every list how it is merged', () => {
    const lists = fields.filter(([, schema]) => schema.type === 'array' && !schema['x-kubernetes-list-type']);
    expect(lists.map(([path]) => path)).toEqual([]);
  });

  test('has no word in its choices that YAML 1.1 reads as something else', () => {
    const words = fields.filter(([path]) => path.startsWith('spec')).flatMap(([, schema]) => schema.enum ?? []);
    const texts = words.filter((word) => typeof word === 'string');
    expect(texts.filter((word) => parse(word, { version: '1.1' }) !== word)).toEqual([]);
  });

  test('gives every rule a message', () => {
    const rules = fields.flatMap(([, schema]) => schema['x-kubernetes-validations'] ?? []);
    expect(rules.filter(({ message }) => (message ?? '').length < 20)).toEqual([]);
  });
});

function isBounded(schema: Schema): boolean {
  if (schema.type === 'array') return schema.maxItems !== undefined;
  if (schema.additionalProperties !== undefined) return schema.maxProperties !== undefined;
  if (schema.type !== 'string' && !schema['x-kubernetes-int-or-string']) return true;
  return schema.maxLength !== undefined || schema.enum !== undefined || schema.format !== undefined;
}

/** Every field of a schema with its path; `[]` stands for an item of a list and `{}` for a value of a map. */
function* fieldsOf(schema: Schema, path: string): Generator<readonly [string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* fieldsOf(child, memberPath(path, name));
  if (schema.items !== undefined) yield* fieldsOf(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) yield* fieldsOf(schema.additionalProperties, `${path}{}`);
}

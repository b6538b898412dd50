import { itemPath, memberPath } from './fieldPath.ts';
import type { SchemaProblem } from './schemaProblem.ts';
import { memberSchema, type Schema } from './structural.ts';
import { isObject } from './walk.ts';

/**
 * A copy of a value with the defaults of its schema filled in and without the fields that the schema does not have. As in
 * the API server, members that are null count as left out, and a default that is an object gets the defaults of its own
 * members.
 */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => withDefaults(items, item));
  }
  if (!isObject(value) || schema.type !== 'object') return value;
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const missing = Object.entries(schema.properties ?? {})
    .filter(([name, child]) => child.default !== undefined && (value[name] ?? null) === null)
    .map(([name, child]) => [name, child.default] as const);
  return Object.fromEntries(
    [...given, ...missing].flatMap(([name, member]) => {
      const child = memberSchema(schema, name);
      if (child !== undefined) return [[name, withDefaults(child, member)]];
      return schema['x-kubernetes-preserve-unknown-fields'] ? [[name, member]] : [];
    }),
  );
}

/**
 * The fields of a value that its schema does not have. The API server refuses them under strict field validation, which
 * kubectl asks for, and else drops them.
 */
export function unknownFields(schema: Schema, value: unknown, path = ''): SchemaProblem[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item, i) => unknownFields(items, item, itemPath(path, i)));
  }
  if (!isObject(value) || schema['x-kubernetes-preserve-unknown-fields'] || schema.type !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const field = memberPath(path, name);
    const child = memberSchema(schema, name);
    if (child !== undefined) return unknownFields(child, member, field);
    return [{ field, message: unknownMessage(name, Object.keys(schema.properties ?? {})) }];
  });
}

function unknownMessage(name: string, known: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_]|e?s$/g, '');
  const meant = known.find((candidate) => plain(candidate) === plain(name));
  if (meant !== undefined) return `unknown field: write ${meant}`;
  return known.length === 0
    ? 'unknown field: no fields are known here'
    : `unknown field: known are ${known.join(', ')}`;
}

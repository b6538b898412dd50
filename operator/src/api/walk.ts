import { itemPath, memberPath } from './fieldPath.ts';
import { memberSchema, type Schema } from './structural.ts';

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Calls `visit` for a value and everything in it that the schema describes, outer values first. */
export function walk(
  schema: Schema,
  value: unknown,
  path: string,
  visit: (schema: Schema, value: unknown, path: string) => void,
): void {
  if (value === undefined) return;
  visit(schema, value, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) value.forEach((item, i) => void walk(items, item, itemPath(path, i), visit));
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const child = memberSchema(schema, name);
      if (child !== undefined) walk(child, member, memberPath(path, name), visit);
    }
  }
}

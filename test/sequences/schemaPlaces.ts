import type { Schema } from '../../operator/src/api/structural.ts';

/** A way from `spec` down to a value, and the schema that stands there. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
}

/** Every place of a schema, the items of lists with the indices 0 and 1. */
export function placesOf(schema: Schema, path: Place['path'] = []): readonly Place[] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => placesOf(child, [...path, name]));
  const { items } = schema;
  const listed = items === undefined ? [] : [0, 1].flatMap((i) => placesOf(items, [...path, i]));
  return [{ path, schema }, ...members, ...listed];
}

/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * A copy of a value with another value at a place, or with nothing there. What is missing on the way is made.
 * @param member undefined takes the place's value away
 */
export function withValue(value: Json | undefined, path: Place['path'], member: Json | undefined): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return member;
  if (typeof first === 'number') {
    const list = Array.isArray(value) ? [...(value as readonly Json[])] : [];
    const changed = withValue(list[first], rest, member);
    if (changed === undefined) list.splice(first, 1);
    else list[Math.min(first, list.length)] = changed;
    return list;
  }
  const { [first]: before, ...others } = isObject(value) ? value : {};
  const changed = withValue(before, rest, member);
  return changed === undefined ? others : { ...others, [first]: changed };
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

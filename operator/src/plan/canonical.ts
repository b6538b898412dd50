import { createHash } from 'node:crypto';

/**
 * JSON with the keys of every object in order, so that equal values give equal text. Members that are undefined are
 * left out, as JSON.stringify does.
 * @param value anything that JSON can hold
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The first ten hexadecimal digits of the SHA-256 of a value's canonical JSON: short enough for names, 40 bits wide. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 10);
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Characters of a key: enough that two inputs never meet, short enough for a path. */
const LENGTH = 20;

/** The key of some texts: each counts with its length, so that moving a character from one to the next changes the key. */
export function keyOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, LENGTH);
}

/** The key of the contents of some files, in that order. */
export function keyOfFiles(...files: readonly string[]): string {
  return keyOf(...files.map((file) => readFileSync(file)));
}

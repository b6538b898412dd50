import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from '../hash.ts';

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => name !== 'node_modules' && name !== '.git')
    .flatMap((name) => filesBelow(join(path, name)));
}

/** The folder to read for a source with wildcards: the part of the path before the first of them. */
function withoutWildcards(path: string): string {
  const wild = path.split('/').findIndex((part) => /[*?[]/.test(part));
  return wild < 0 ? path : path.split('/').slice(0, wild).join('/') || '.';
}

/** The key of what a Dockerfile copies from its context: names, modes and contents. A missing source is an error. */
export function keyOfContext(context: string, paths: readonly string[]): string {
  const files = paths.flatMap((path) => {
    try {
      return filesBelow(join(context, withoutWildcards(path)));
    } catch {
      throw new Error(
        `${join(context, path)} is copied into an image but does not exist: build it first (bundles: node scripts/bundle.ts)`,
      );
    }
  });
  const parts = files.flatMap((file) => [
    file.slice(context.length),
    String(statSync(file).mode & 0o111),
    readFileSync(file),
  ]);
  return keyOf(...parts);
}

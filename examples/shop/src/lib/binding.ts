import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The entries of one binding: file name to content. */
export type Binding = Readonly<Record<string, string>>;

/** Thrown while a backing service is not attached. Callers answer 503 or try again: it may be attached later. */
export class BindingMissing extends Error {
  override readonly name = 'BindingMissing';
}

/**
 * Reads a binding from `$SERVICE_BINDING_ROOT/<name>/`, one file per entry, as the Service Binding specification for
 * Kubernetes 1.1 lays it out. Read it anew for each connection: a changed credential changes the files in place.
 *
 * @throws BindingMissing when there is no such binding.
 */
export function readBinding(name: string): Binding {
  const root = process.env.SERVICE_BINDING_ROOT;
  if (root === undefined) throw new BindingMissing(`no binding "${name}": SERVICE_BINDING_ROOT is not set`);
  const folder = join(root, name);
  const entries: Record<string, string> = {};
  // A projected volume also holds "..data" and the folder behind it: names that start with a dot are not entries.
  for (const entry of entryNames(folder, name)) entries[entry] = readFileSync(join(folder, entry), 'utf8').trim();
  return entries;
}

/** One entry that the service cannot do without. */
export function required(binding: Binding, key: string): string {
  const value = binding[key];
  if (value === undefined || value === '') throw new BindingMissing(`the binding has no entry "${key}"`);
  return value;
}

function entryNames(folder: string, name: string): readonly string[] {
  try {
    return readdirSync(folder).filter((entry) => !entry.startsWith('.'));
  } catch (error) {
    throw new BindingMissing(`no binding "${name}": ${folder} cannot be read`, { cause: error });
  }
}

import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { readSettings, type Settings } from '../plan/settings.ts';
import { unreadable } from './documents.ts';
import { InputError } from './inputError.ts';
import { textFrom } from './text.ts';
import { UsageError } from './usageError.ts';

/**
 * Reads the platform's settings from a YAML file; without one, the defaults.
 * @throws UsageError that names the file and the field
 */
export function settingsFrom(path: string | undefined): Settings {
  if (path === undefined) return readSettings(undefined);
  const text = textOf(path);
  try {
    return readSettings(parse(text, { prettyErrors: false }));
  } catch (error) {
    const where = error instanceof YAMLParseError ? `${path}:${lineAt(text, error.pos[0])}: not YAML` : path;
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
}

function textOf(path: string): string {
  try {
    return textFrom(path, readFileSync(path));
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(path, error);
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

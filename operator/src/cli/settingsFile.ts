import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readSettings, type Settings } from '../plan/settings.ts';
import { UsageError } from './usageError.ts';

/**
 * Reads the platform's settings from a YAML file; without one, the defaults.
 * @throws UsageError that names the file and the field
 */
export function settingsFrom(path: string | undefined): Settings {
  if (path === undefined) return readSettings(undefined);
  try {
    return readSettings(parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCrds } from '../api/crds.ts';
import { compileChecker } from '../api/schema.ts';
import { readSettings } from '../plan/settings.ts';
import { parseSource, renderDocuments } from './documents.ts';
import { injectManifests } from './injectManifests.ts';
import { sortManifests } from './manifests.ts';

/** The golden files of `standpipe inject`: a folder for each case with what goes in, what comes out and what is said. */
export const goldenFolder = join(import.meta.dirname, '../../../test/fixtures/inject');

export const goldenCases: readonly string[] = readdirSync(goldenFolder).sort();

/** What a case gives now. */
export interface Golden {
  readonly output: string;
  readonly report: string;
}

const checker = compileChecker(readCrds());

/** Injects the input of a case, or any other text in its place. */
export function goldenOf(name: string, input: string = goldenText(name, 'input.yaml')): Golden {
  const documents = parseSource(`${name}/input.yaml`, input);
  const manifests = sortManifests(documents, checker, 'default');
  if (Array.isArray(manifests)) return { output: '', report: `${manifests.join('\n')}\n` };
  const { faults, notes } = injectManifests(manifests, readSettings(undefined));
  const output = faults.length > 0 ? '' : renderDocuments(documents);
  return { output, report: `${[...faults, ...notes].join('\n')}\n` };
}

/** A file of a case. */
export function goldenText(name: string, file: 'input.yaml' | 'output.golden.yaml' | 'report.txt'): string {
  return readFileSync(join(goldenFolder, name, file), 'utf8');
}

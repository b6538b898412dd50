import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCrds } from '../api/crds.ts';
import { compileChecker } from '../api/schema.ts';
import { readSettings } from '../plan/settings.ts';
import { parseSource, renderDocuments } from './documents.ts';
import { explainManifests, explanationText } from './explain/explainManifests.ts';
import { injectManifests } from './injectManifests.ts';
import { sortManifests } from './manifests.ts';

/** The golden files of `standpipe inject` and `explain`: a folder for each case with what goes in, what comes out and what is said. */
export const goldenFolder = join(import.meta.dirname, '../../../test/fixtures/inject');

export const goldenCases: readonly string[] = readdirSync(goldenFolder).sort();

/** The cases whose explanation is kept too. */
export const explainedCases: readonly string[] = goldenCases.filter((name) =>
  existsSync(join(goldenFolder, name, 'explanation.txt')),
);

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

/** What `standpipe explain` says of the input of a case. */
export function explanationOf(name: string): string {
  const documents = parseSource(`${name}/input.yaml`, goldenText(name, 'input.yaml'));
  const manifests = sortManifests(documents, checker, 'default');
  if (Array.isArray(manifests)) throw new Error(manifests.join('\n'));
  return explanationText(explainManifests(manifests, readSettings(undefined)));
}

/** The files of a case. */
type GoldenFile = 'input.yaml' | 'output.golden.yaml' | 'report.txt' | 'explanation.txt';

/** A file of a case. */
export function goldenText(name: string, file: GoldenFile): string {
  return readFileSync(join(goldenFolder, name, file), 'utf8');
}

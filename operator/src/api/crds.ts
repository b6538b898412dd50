import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Kind, kinds } from './meta.ts';
import type { CustomResourceDefinition } from './structural.ts';

const files: Readonly<Record<Kind, string>> = {
  Microservice: 'standpipe.dev_microservices.yaml',
  Broker: 'standpipe.dev_brokers.yaml',
  LogSink: 'standpipe.dev_logsinks.yaml',
};

/** The CustomResourceDefinitions of all kinds. */
export type Crds = Readonly<Record<Kind, CustomResourceDefinition>>;

/**
 * Finds the folder of the CustomResourceDefinitions: STANDPIPE_CRDS if set, else `crds` beside the running module (as the
 * image has it), else the one of the checkout.
 *
 * @throws Error that names the places looked at, if there is none.
 */
export function crdFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.STANDPIPE_CRDS;
  const places =
    named === undefined ? [join(import.meta.dirname, 'crds'), join(import.meta.dirname, '../../../crds')] : [named];
  const found = places.find((place) => existsSync(join(place, files.Microservice)));
  if (found === undefined) {
    throw new Error(`no CustomResourceDefinitions in ${places.join(' or ')}: set STANDPIPE_CRDS to the folder crds/`);
  }
  return found;
}

/** The files of the CustomResourceDefinitions in their folder. */
export function crdFiles(folder: string = crdFolder()): readonly string[] {
  return kinds.map((kind) => join(folder, files[kind]));
}

/**
 * Reads the CustomResourceDefinitions of all kinds.
 *
 * @param folder - Where the YAML files are.
 * @throws Error if a file is missing or is not YAML.
 */
export function readCrds(folder: string = crdFolder()): Crds {
  const read = (kind: Kind): CustomResourceDefinition => parse(readFileSync(join(folder, files[kind]), 'utf8'));
  const [microservice, broker, logSink] = kinds;
  return { Microservice: read(microservice), Broker: read(broker), LogSink: read(logSink) };
}

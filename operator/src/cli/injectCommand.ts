import { parseArgs } from 'node:util';
import { readCrds } from '../api/crds.ts';
import { compileChecker } from '../api/schema.ts';
import { readDocuments, renderDocuments } from './documents.ts';
import { exitCodes } from './exitCode.ts';
import { injectManifests } from './injectManifests.ts';
import { sortManifests } from './manifests.ts';
import { namespaceFrom } from './namespaces.ts';
import { settingsFrom } from './settingsFile.ts';
import { UsageError } from './usageError.ts';

const help = `usage: standpipe inject -f <file|folder|-> [-f ...] [--settings <file>] [-n <namespace>]

Puts the sidecars into the workloads of manifests, without a cluster. Microservices, Brokers, LogSinks, Namespaces and
workloads are read from all inputs together; everything comes out on standard output in the order it came, unchanged but
for the pod templates that were injected. What was done, and what was not and why, is said on standard error.

  -f, --filename   a YAML or JSON file, a folder of them, or - for standard input
      --settings   the platform's settings, as the controller has them
  -n, --namespace  the namespace of objects that name none (default: default)
  -q, --quiet      say only what is wrong

Exit codes: 0 done; 2 the input is wrong, and nothing was written to standard output.
`;

/** `standpipe inject`. @returns the exit code */
export async function injectCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      filename: { type: 'string', short: 'f', multiple: true, default: [] },
      settings: { type: 'string' },
      namespace: { type: 'string', short: 'n', default: 'default' },
      quiet: { type: 'boolean', short: 'q', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.done;
  }
  if (values.filename.length === 0) throw new UsageError(`say what to inject by -f\n\n${help}`);
  const settings = settingsFrom(values.settings);
  const namespace = namespaceFrom(values.namespace);
  const documents = await readDocuments(values.filename, process.stdin);
  const manifests = sortManifests(documents, compileChecker(readCrds()), namespace);
  if (Array.isArray(manifests)) return refuse(manifests);
  const { faults, notes } = injectManifests(manifests, settings);
  if (faults.length > 0) return refuse(faults);
  if (manifests.microservices.length === 0) say('there is no Microservice in the input, so nothing was injected');
  if (!values.quiet) for (const note of notes) say(note);
  process.stdout.write(renderDocuments(documents));
  return exitCodes.done;
}

function refuse(faults: readonly string[]): number {
  for (const fault of faults) say(fault);
  return exitCodes.usage;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

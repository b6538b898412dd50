import { parseArgs } from 'node:util';
import { readCrds } from '../api/crds.ts';
import { compileChecker } from '../api/schema.ts';
import { readDocuments } from './documents.ts';
import { type ExitCode, exitCodes } from './exitCode.ts';
import { explainManifests, explanationText } from './explain/explainManifests.ts';
import { sortManifests } from './manifests.ts';
import { namespaceFrom } from './namespaces.ts';
import { settingsFrom } from './settingsFile.ts';
import { UsageError } from './usageError.ts';

const help = `usage: standpipe explain -f <file|folder|-> [-f ...] [--settings <file>] [-n <namespace>]
       standpipe explain pod/<name> [-n <namespace>]

With -f, without a cluster: says of each Microservice and each workload of manifests what would be injected, and why or why
not; how each port is counted, where log lines come from, what bindings bring, and what changes in the pod template.
The revision, and whatever depends on Services and NetworkPolicies, may be another in a cluster.

With pod/<name>, by the cluster of your kubeconfig: whether that pod is injected, and why or why not; what of its
Microservice is not as it should be; and what its sidecars report. It takes the verb get on pods, pods/proxy,
controllerrevisions, the workload and microservices, and list on microservices. What you may not read is said, and
the rest is told. A line that begins with ! says what is not as it should be.

  -f, --filename   a YAML or JSON file, a folder of them, or - for standard input
      --settings   the platform's settings, as the controller has them
  -n, --namespace  with -f, the namespace of objects that name none (default: default);
                   with pod/<name>, that of the pod (default: that of the kubeconfig)

Exit codes: 0 nothing to say against it; 1 the cluster did not answer, or not to everything; 2 the command line or the
input is wrong; 3 something is not as it should be, or is declared and would not be had.
`;

/** `standpipe explain`. @returns the exit code */
export async function explainCommand(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      filename: { type: 'string', short: 'f', multiple: true, default: [] },
      settings: { type: 'string' },
      namespace: { type: 'string', short: 'n' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { filename, settings, namespace, help: isHelp } = values;
  if (isHelp) {
    process.stdout.write(help);
    return exitCodes.done;
  }
  const [subject, ...others] = positionals;
  if (subject === undefined && filename.length > 0) return offline(filename, settings, namespace ?? 'default');
  const [, pod] = /^pods?\/(.+)$/.exec(subject ?? '') ?? [];
  if (pod === undefined || others.length > 0 || filename.length > 0 || settings !== undefined) {
    throw new UsageError(`say what to explain, by -f or as pod/<name>\n\n${help}`);
  }
  // Loaded where it is needed: what talks to clusters takes longer to load than manifests to explain.
  return (await import('./explain/podCommand.ts')).explainPodOf(pod, namespace);
}

async function offline(
  files: readonly string[],
  settingsFile: string | undefined,
  namespace: string,
): Promise<ExitCode> {
  const settings = settingsFrom(settingsFile);
  const documents = await readDocuments(files, process.stdin);
  const manifests = sortManifests(documents, compileChecker(readCrds()), namespaceFrom(namespace));
  const explanation = Array.isArray(manifests)
    ? { lines: [], errors: manifests, warnings: [] }
    : explainManifests(manifests, settings);
  process.stdout.write(explanationText(explanation));
  if (explanation.errors.length > 0) return exitCodes.usage;
  return explanation.warnings.length > 0 ? exitCodes.findings : exitCodes.done;
}

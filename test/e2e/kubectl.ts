import { setTimeout as sleep } from 'node:timers/promises';
import { type Result, run } from '../cluster/command.ts';

/** Runs kubectl against the cluster of KUBECONFIG; `input` goes to its standard input. Never throws on a refusal. */
export function tryKubectl(args: readonly string[], input = ''): Promise<Result> {
  return run(['kubectl', ...args], { input });
}

/** Runs kubectl and gives back standard output; a refusal is an error with kubectl's words. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Creates or changes objects by server-side apply. They may be given as objects: JSON is YAML. */
export async function apply(namespace: string, ...objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl(['-n', namespace, 'apply', '--server-side', '-f', '-'], JSON.stringify(list));
}

const PATIENCE_MS = 30_000;

/** Makes a namespace with a name of its own, with these labels, and waits until pods may be created in it. */
export async function newNamespace(prefix: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: `${prefix}-`, labels } };
  const name = (await kubectl(['create', '-o', 'jsonpath={.metadata.name}', '-f', '-'], JSON.stringify(object))).trim();
  // Admission refuses pods until the namespace has its default service account.
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
    if ((await tryKubectl(['-n', name, 'get', 'serviceaccount', 'default'])).code === 0) return name;
  }
  throw new Error(`namespace ${name} has no default service account after ${PATIENCE_MS / 1000} s`);
}

/** Deletes a namespace; it does not wait until it is gone, which takes seconds. */
export async function dropNamespace(name: string): Promise<void> {
  await kubectl(['delete', 'namespace', name, '--wait=false']);
}

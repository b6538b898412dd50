import { join } from 'node:path';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { CommandError, type Result } from '../../test/cluster/command.ts';
import type { Screen } from './screen.ts';

/** The cluster of the demo. */
export const clusterName = 'demo';

export const root = join(import.meta.dirname, '..', '..');

/** What every part of the demo works with. */
export interface Demo {
  readonly cluster: Cluster;
  readonly screen: Screen;
  /** The docker-archives of the images that the pods use. */
  readonly archives: readonly string[];
  /** False where no Fluent Bit could be had: the platform's settings then turn the log sidecar off. */
  readonly logs: boolean;
}

/** Runs kubectl in the cluster; any other status than 0 is an error with kubectl's words. */
export async function kubectl(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  const command = ['kubectl', ...args];
  const result = await cluster.exec(command, { cwd: root, input });
  if (result.code !== 0) throw new CommandError(command, result);
  return result.stdout;
}

/** The same, where a refusal is an answer. */
export function tryKubectl(cluster: Cluster, args: readonly string[]): Promise<Result> {
  return cluster.exec(['kubectl', ...args], { cwd: root });
}

/** Runs kubectl and shows the command with its answer. */
export async function show({ cluster, screen }: Demo, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await tryKubectl(cluster, args);
  const words = args.map((word) => (/[\s'"*[{$()]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : word));
  screen.shown(`kubectl ${words.join(' ')}`, code === 0 ? stdout : stderr);
}

/** GETs a path of the API server; by its proxy, the pages of Services and pods too, wherever the demo itself runs. */
export function page(cluster: Cluster, path: string): Promise<string> {
  return kubectl(cluster, ['get', '--raw', path]);
}

/** The name of one running pod of a service of the shop that is not about to end. */
export async function podOf(cluster: Cluster, service: string): Promise<string> {
  const selector = `app.kubernetes.io/name=${service}`;
  const path = '{range .items[?(@.status.phase=="Running")]}{.metadata.name} {.metadata.deletionTimestamp}{"\\n"}{end}';
  const output = await kubectl(cluster, ['-n', 'shop', 'get', 'pods', '-l', selector, '-o', `jsonpath=${path}`]);
  const names = output.split('\n').flatMap((line) => {
    const [name = '', deleted = ''] = line.split(' ');
    return name !== '' && deleted === '' ? [name] : [];
  });
  const [first] = names;
  if (first === undefined) throw new Error(`no pod of ${service} is running`);
  return first;
}

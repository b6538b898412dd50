import { randomBytes } from 'node:crypto';
import { build } from 'esbuild';
import type { Provision } from './admin.ts';
import type { KafkaUser } from './settings.ts';

/**
 * kafkajs is the only admin tool there is (the broker's own are no jars), and the broker is reached from pods only. So
 * the program that creates topics and ACLs is bundled here and piped into a Node in a pod of its own.
 */

/** A program as one text that `node -` runs: it makes what is wanted on the broker and ends. */
export function provisioningProgram(bootstrap: string, admin: KafkaUser, wanted: Provision): Promise<string> {
  const order = [bootstrap, admin, wanted].map((argument) => JSON.stringify(argument)).join(', ');
  const source = `import { provision } from './admin.ts';
provision(${order}).catch((error) => {
  console.error([error, ...(error.errors ?? [])].map(({ message }) => message).join(': '));
  process.exitCode = 1;
});`;
  return nodeProgram(source, import.meta.dirname);
}

/**
 * Bundles a program with all that it imports into one text that `node -` runs.
 * @param source TypeScript
 * @param folder where its imports begin
 */
export async function nodeProgram(source: string, folder: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    minify: true,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** The arguments of a kubectl that runs a Node program from standard input in a pod which the restricted standard admits. */
export function runNodeArguments(namespace: string): readonly string[] {
  const name = `provision-${randomBytes(4).toString('hex')}`;
  const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const overrides = {
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name, securityContext: restricted }],
    },
  };
  return [
    ...['-n', namespace, 'run', name, '--stdin', '--rm', '--quiet', '--restart=Never', '--image=node:24-bookworm-slim'],
    ...['--image-pull-policy=IfNotPresent', '--override-type=strategic', `--overrides=${JSON.stringify(overrides)}`],
    ...['--', 'node', '--disable-warning=TimeoutNegativeWarning', '-'],
  ];
}

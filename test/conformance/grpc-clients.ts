import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cached } from '../cluster/cache.ts';
import { must } from '../cluster/command.ts';
import { keyOfFiles } from '../cluster/hash.ts';
import { ensure, KAFKA } from '../cluster/prerequisites.ts';
import type { Case } from './grpc-cases.ts';
import { pythonPackages } from './suites.ts';

const here = import.meta.dirname;
const log = (): void => {};

/** How a client is started. What is called and how often follows as further arguments. */
interface Command {
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Netty's stack. Maven gets the jars, and a JDK compiles the client. */
async function java(): Promise<Command> {
  const [pom, source] = [join(here, 'java/pom.xml'), join(here, 'java/GrpcClient.java')];
  await ensure([...KAFKA, { program: 'javac', apt: 'default-jdk-headless' }], log);
  const build = async (folder: string): Promise<void> => {
    const libs = join(folder, 'libs');
    await must(['mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`]);
    await must(['javac', '-cp', join(libs, '*'), '-d', folder, source]);
  };
  const folder = await cached({ kind: 'grpc-java', key: keyOfFiles(pom, source), build }, log);
  return { argv: ['java', '-Xshare:auto', '-cp', [folder, join(folder, 'libs/*')].join(delimiter), 'GrpcClient'] };
}

/** The stack that Python, Ruby, PHP and C++ share. */
async function python(): Promise<Command> {
  const env = { PYTHONPATH: await pythonPackages('grpc') };
  return { argv: ['python3', join(here, 'python/grpc_client.py')], env };
}

/** Node's own HTTP/2, which is nghttp2's. */
async function node(): Promise<Command> {
  const files = ['package.json', 'package-lock.json', 'grpc_client.mjs'].map((name) => join(here, 'node', name));
  const build = async (folder: string): Promise<void> => {
    cpSync(join(here, 'node'), folder, { recursive: true });
    await must(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  };
  const folder = await cached({ kind: 'grpc-node', key: keyOfFiles(...files), build }, log);
  return { argv: [process.execPath, join(folder, 'grpc_client.mjs')] };
}

/** What gets each language's client, or takes it from the cache. */
export const grpcClients = { Java: java, Python: python, Node: node } as const;

/**
 * Plays all those cases over one connection to a port of loopback.
 * @param copies how often, all at the same time
 * @returns what each of the copies tells, line by line
 */
export async function play(
  { argv, env }: Command,
  port: number,
  copies: number,
  cases: readonly Case[],
): Promise<string[][]> {
  const input = cases.flatMap(({ steps }) => steps).join('\n');
  // A proxy of the machine's is none of loopback.
  const options = { input, env: { ...process.env, no_grpc_proxy: '127.0.0.1', ...env }, timeoutMs: 60_000 };
  const told = await must([...argv, String(port), String(copies)], options);
  return told
    .trim()
    .split('\n\n')
    .map((each) => each.split('\n'));
}

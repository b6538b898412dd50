import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../cluster/cache.ts';
import { must } from '../cluster/command.ts';
import { keyOf, keyOfFiles } from '../cluster/hash.ts';
import { ensure, which } from '../cluster/prerequisites.ts';

const here = import.meta.dirname;
const log = (): void => {};

/** Programs that are made of Go modules: the peers of `go/main.go`, and h2spec. */
export interface GoPrograms {
  readonly peer: string;
  readonly h2spec: string;
}

/** Builds them, or takes them from the cache. The first time needs the Go module proxy and a minute or two. */
export async function goPrograms(): Promise<GoPrograms> {
  const own = join(here, 'go');
  const files = ['go.mod', 'go.sum', 'main.go'].map((name) => join(own, name));
  await ensure([{ program: 'go', apt: 'golang-go' }], log);
  const go = which('go') ?? 'go';
  const build = async (folder: string): Promise<void> => {
    await must([go, 'build', '-o', join(folder, 'peer'), '.'], { cwd: own });
    await must([go, 'build', '-o', join(folder, 'h2spec'), 'tool'], { cwd: own });
  };
  const folder = await cached({ kind: 'conformance-go', key: keyOfFiles(...files), build }, log);
  return { peer: join(folder, 'peer'), h2spec: join(folder, 'h2spec') };
}

/** The folder with gunicorn's requests: what servers of HTTP/1 have been sent, well formed or not. */
export async function gunicornRequests(): Promise<string> {
  const requirements = join(here, 'python/gunicorn.txt');
  await ensure([{ program: 'pip3', apt: 'python3-pip' }], log);
  const build = async (folder: string): Promise<void> => {
    const packed = join(folder, 'packed');
    mkdirSync(packed);
    const options = ['--no-deps', '--no-binary', ':all:', '--require-hashes', '--dest', packed, '-r', requirements];
    await must(['pip3', 'download', '--quiet', ...options]);
    const [archive = ''] = readdirSync(packed);
    await must(['tar', '--extract', '--file', join(packed, archive), '--strip-components=1', '--directory', packed]);
    cpSync(join(packed, 'tests/requests'), join(folder, 'requests'), { recursive: true });
  };
  return join(await cached({ kind: 'gunicorn', key: keyOfFiles(requirements), build }, log), 'requests');
}

/** The folder of packages for Python's path, as `python/NAME.txt` pins them: tornado with its tests, or gRPC. */
export async function pythonPackages(name: 'tornado' | 'grpc'): Promise<string> {
  const requirements = join(here, 'python', `${name}.txt`);
  await ensure([{ program: 'pip3', apt: 'python3-pip' }], log);
  // What is compiled in them fits one Python only.
  const python = await must(['python3', '-VV']);
  const build = async (folder: string): Promise<void> => {
    const options = ['--no-deps', '--only-binary', ':all:', '--target', folder, '-r', requirements];
    await must(['pip3', 'install', '--quiet', ...options]);
  };
  return cached({ kind: `python-${name}`, key: keyOf(python, readFileSync(requirements)), build }, log);
}

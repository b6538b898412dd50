import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';
import { must, run } from '../command.ts';
import { locked } from '../lock.ts';
import type { Log } from '../log.ts';
import { ensure, IMAGES, requireRoot, which } from '../prerequisites.ts';

/** An image to build. `name` is its full name with a tag; `args` are build arguments. */
export type ImageSource = {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
};

/** A program that builds images. */
export type Engine = {
  readonly name: 'docker' | 'buildah';
  /** Builds an image and writes it to `archive` (docker-archive). `key` is stored with it, for `has`. */
  build(source: ImageSource, key: string, archive: string): Promise<void>;
  /** Whether the engine holds the image as it was built with that key. */
  has(name: string, key: string): Promise<boolean>;
  /** Takes an archive in, so that a build can name its image. */
  take(archive: string): Promise<void>;
};

const LABEL = 'standpipe.dev/build-key';

function buildArguments({ name, dockerfile, args = {} }: ImageSource, key: string): readonly string[] {
  const pairs = Object.entries(args).flatMap(([arg, value]) => ['--build-arg', `${arg}=${value}`]);
  return [...pairs, '--label', `${LABEL}=${key}`, '--tag', name, '--file', dockerfile];
}

const docker: Engine = {
  name: 'docker',
  async build(source, key, archive) {
    await must(['docker', 'build', ...buildArguments(source, key), source.context]);
    await must(['docker', 'save', '--output', archive, source.name]);
  },
  async has(name, key) {
    const format = `{{index .Config.Labels "${LABEL}"}}`;
    return (await run(['docker', 'image', 'inspect', '--format', format, name])).stdout.trim() === key;
  },
  async take(archive) {
    await must(['docker', 'load', '--input', archive]);
  },
};

/** buildah with a storage of its own. Its default runtime cannot run everywhere; chroot isolation needs none. */
function buildah(log: Log): Engine {
  const folder = join(cacheFolder(), 'buildah');
  mkdirSync(folder, { recursive: true });
  const program = [
    'buildah',
    '--root',
    join(folder, 'storage'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'overlay',
  ];
  // Two builds in one storage are safe, but together they are slower than one after the other.
  const alone = <T>(work: () => Promise<T>): Promise<T> => locked(join(cacheFolder(), 'locks', 'buildah'), log, work);
  return {
    name: 'buildah',
    build: (source, key, archive) =>
      alone(async () => {
        await run([...program, 'rm', '--all']); // what a killed build left
        const options = ['--isolation', 'chroot', '--pull-never', '--format', 'docker', '--layers=false'];
        await must([...program, 'build', ...options, ...buildArguments(source, key), source.context]);
        await must([...program, 'push', '--quiet', source.name, `docker-archive:${archive}:${source.name}`]);
        await run([...program, 'rmi', '--prune']);
      }),
    async has(name, key) {
      const format = `{{index .Docker.Config.Labels "${LABEL}"}}`;
      return (await run([...program, 'inspect', '--type', 'image', '--format', format, name])).stdout.trim() === key;
    },
    take: (archive) =>
      alone(async () => void (await must([...program, 'pull', '--quiet', `docker-archive:${archive}`]))),
  };
}

/** Whether a Docker engine answers. */
export async function hasDocker(): Promise<boolean> {
  if (which('docker') === undefined) return false;
  return (await run(['docker', 'version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 })).code === 0;
}

/** Docker where it answers, otherwise buildah (installed if need be). */
export async function engine(log: Log): Promise<Engine> {
  if (await hasDocker()) return docker;
  requireRoot('building images without Docker');
  await ensure(IMAGES, log);
  return buildah(log);
}

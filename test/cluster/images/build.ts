import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import { keyOf } from '../hash.ts';
import { type Log, narrated } from '../log.ts';
import type { BaseImage } from './base.ts';
import { keyOfContext } from './content.ts';
import { debian } from './debian.ts';
import { inputsOf } from './dockerfile.ts';
import { type Engine, engine, type ImageSource } from './engine.ts';
import { fluentBit } from './fluent-bit.ts';
import { node } from './node.ts';

const BASES: readonly BaseImage[] = [debian, node, fluentBit];

/** The base image that a Dockerfile means by that name; undefined where it is none of ours. */
function baseNamed(name: string): BaseImage | undefined {
  return BASES.find((base) => base.name === name || base.aliases.includes(name));
}

const shelfOf = (name: string): string => `images/${name.replaceAll(/[^a-z0-9.]+/gi, '-')}`;

function keyOfBase(base: BaseImage): string {
  return keyOf(base.key(), ...base.needs.map(keyOfBase));
}

/** Sees to it that the engine holds the base image, so that a Dockerfile can name it. */
async function provide(base: BaseImage, builder: Engine, log: Log): Promise<void> {
  if (await builder.has(base.name, keyOfBase(base))) return;
  await builder.take(await baseArchive(base, builder, log));
}

async function baseArchive(base: BaseImage, builder: Engine, log: Log): Promise<string> {
  const key = keyOfBase(base);
  const build = async (folder: string): Promise<void> => {
    for (const below of base.needs) await provide(below, builder, log);
    const context = join(folder, 'context');
    mkdirSync(context);
    await base.prepare(context, log);
    const source = { name: base.name, dockerfile: join(context, 'Dockerfile'), context };
    await narrated(log, `building image ${base.name}`, () => builder.build(source, key, join(folder, 'image.tar')));
    rmSync(context, { recursive: true });
  };
  return join(await cached({ kind: shelfOf(base.name), key, build }, log), 'image.tar');
}

async function archiveOf(source: ImageSource, builder: Engine, log: Log): Promise<string> {
  const dockerfile = readFileSync(source.dockerfile, 'utf8');
  const { images, paths } = inputsOf(dockerfile, source.args);
  // With Docker the bases are pulled; without, they are ours, and an image that is none of ours is an error of the build.
  const bases = builder.name === 'docker' ? [] : images.map(baseNamed).filter((base) => base !== undefined);
  const content = keyOfContext(source.context, paths);
  const key = keyOf(
    builder.name,
    source.name,
    dockerfile,
    JSON.stringify(source.args ?? {}),
    content,
    ...bases.map(keyOfBase),
  );
  const build = async (folder: string): Promise<void> => {
    for (const base of bases) await provide(base, builder, log);
    await narrated(log, `building image ${source.name}`, () => builder.build(source, key, join(folder, 'image.tar')));
  };
  return join(await cached({ kind: shelfOf(source.name), key, build }, log), 'image.tar');
}

/**
 * Builds images that have changed since they were built last. Gives back the docker-archives, in the order of `sources`.
 * Missing files, and base images that can neither be pulled nor made, are errors.
 */
export async function buildImages(sources: readonly ImageSource[], log: Log): Promise<readonly string[]> {
  const builder = await engine(log);
  const archives: string[] = [];
  for (const source of sources) archives.push(await archiveOf(source, builder, log));
  return archives;
}

/** The docker-archives of base images by name, for pods that use one as it is (where Docker pulls, that is not needed). */
export async function baseImages(names: readonly string[], log: Log): Promise<readonly string[]> {
  const builder = await engine(log);
  const archives: string[] = [];
  for (const name of names) {
    const base = baseNamed(name);
    if (base === undefined)
      throw new Error(`${name} is no base image; there are: ${BASES.map(({ name }) => name).join(', ')}`);
    archives.push(await baseArchive(base, builder, log));
  }
  return archives;
}

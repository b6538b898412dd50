import { kafkaImage } from '../kafka/image.ts';
import type { Log } from '../log.ts';
import { baseImages, buildImages } from './build.ts';
import { hasDocker } from './engine.ts';
import { exampleImage, operatorImage, sidecarImage } from './products.ts';

/** The base images that pods may use as they are. */
const BASES: { readonly [short: string]: string } = {
  debian: 'docker.io/library/debian:bookworm-slim',
  node: 'docker.io/library/node:24-bookworm-slim',
};

async function sourceOf(short: string, log: Log) {
  if (short === 'operator') return operatorImage;
  if (short === 'sidecar') return sidecarImage;
  if (short === 'kafka') return kafkaImage(log);
  if (short.startsWith('examples/')) return exampleImage(short.slice('examples/'.length));
  throw new Error(
    `no image "${short}": there are operator, sidecar, kafka, examples/NAME, ${Object.keys(BASES).join(', ')}`,
  );
}

/**
 * The docker-archives of the images with these short names, built if they have changed: `operator`, `sidecar`, `kafka`,
 * `examples/NAME`, and `node` and `debian`, which are left out where Docker is, because its nodes pull them.
 */
export async function archives(names: readonly string[], log: Log): Promise<readonly string[]> {
  const bases = names.map((name) => BASES[name]).filter((name) => name !== undefined);
  const made = bases.length === 0 || (await hasDocker()) ? [] : await baseImages(bases, log);
  const sources = await Promise.all(
    names.filter((name) => BASES[name] === undefined).map((name) => sourceOf(name, log)),
  );
  return [...made, ...(sources.length === 0 ? [] : await buildImages(sources, log))];
}

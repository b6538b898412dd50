import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheFolder } from '../cache.ts';
import { must } from '../command.ts';
import { keyOf } from '../hash.ts';
import { kafkaImage } from '../kafka/image.ts';
import { locked } from '../lock.ts';
import type { Log } from '../log.ts';
import { baseImages, buildImages } from './build.ts';
import { hasDocker, type ImageSource } from './engine.ts';
import { nftImage } from './nft.ts';
import { exampleImage, operatorImage, sidecarImage } from './products.ts';

/** The base images that pods may use as they are. */
const BASES: { readonly [short: string]: string } = {
  debian: 'docker.io/library/debian:bookworm-slim',
  node: 'docker.io/library/node:24-bookworm-slim',
};

async function sourceOf(short: string, log: Log): Promise<ImageSource> {
  if (short === 'operator') return operatorImage;
  if (short === 'sidecar') return sidecarImage;
  if (short === 'kafka') return kafkaImage(log);
  if (short === 'nft') return nftImage(log);
  if (short.startsWith('examples/')) return exampleImage(short.slice('examples/'.length));
  throw new Error(
    `no image "${short}": there are operator, sidecar, kafka, nft, examples/NAME, ${Object.keys(BASES).join(', ')}`,
  );
}

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The programs (scripts/bundle.ts) that each product image holds. */
const PROGRAMS: { readonly [short: string]: readonly string[] } = {
  operator: ['operator'],
  sidecar: ['metrics', 'logs'],
};

/** Makes the bundles that images are built from: the product's, and an example's where it has any. */
async function bundle(names: readonly string[], log: Log): Promise<void> {
  const programs = names.flatMap((name) => PROGRAMS[name] ?? []);
  const examples = names.filter((name) => name.startsWith('examples/')).map((name) => [join(ROOT, name, 'bundle.ts')]);
  const product = programs.length === 0 ? [] : [[join(ROOT, 'scripts', 'bundle.ts'), ...programs]];
  for (const [script = '', ...args] of [...product, ...examples]) {
    if (!existsSync(script)) continue;
    log(`bundling: ${['node', relative(ROOT, script), ...args].join(' ')}`);
    await must([process.execPath, script, ...args]);
  }
}

/**
 * The docker-archives of the images with these short names, built if they have changed: `operator`, `sidecar`, `kafka`,
 * `nft`, `examples/NAME`, and `node` and `debian`, which are left out where Docker is, because its nodes pull them.
 */
export async function archives(names: readonly string[], log: Log): Promise<readonly string[]> {
  if (names.length === 0) return [];
  // The bundles lie in the checkout: nobody may write them while they are copied into an image.
  return locked(join(cacheFolder(), 'locks', `checkout-${keyOf(ROOT)}`), log, async () => {
    await bundle(names, log);
    const bases = names.map((name) => BASES[name]).filter((name) => name !== undefined);
    const made = bases.length === 0 || (await hasDocker()) ? [] : await baseImages(bases, log);
    const others = names.filter((name) => BASES[name] === undefined);
    const sources = await Promise.all(others.map((name) => sourceOf(name, log)));
    return [...made, ...(sources.length === 0 ? [] : await buildImages(sources, log))];
  });
}

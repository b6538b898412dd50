import { join } from 'node:path';
import type { ImageSource } from './engine.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The product's version, as its images are tagged. */
export const VERSION = '0.1.0';

/** The operator's image. Its bundle must have been made (scripts/bundle.ts). */
export const operatorImage: ImageSource = {
  name: `ghcr.io/standpipe/operator:${VERSION}`,
  dockerfile: join(ROOT, 'Dockerfile.operator'),
  context: ROOT,
};

/** The sidecars' image. Its bundles must have been made (scripts/bundle.ts). */
export const sidecarImage: ImageSource = {
  name: `ghcr.io/standpipe/sidecar:${VERSION}`,
  dockerfile: join(ROOT, 'Dockerfile.sidecar'),
  context: ROOT,
};

/** The image of an example, built from its folder. */
export function exampleImage(example: string): ImageSource {
  const context = join(ROOT, 'examples', example);
  return { name: `ghcr.io/standpipe/${example}:${VERSION}`, dockerfile: join(context, 'Dockerfile'), context };
}

import { buildImages } from '../../test/cluster/images/build.ts';
import { archives } from '../../test/cluster/images/named.ts';
import { sidecarImage } from '../../test/cluster/images/products.ts';
import type { Log } from '../../test/cluster/log.ts';

/** The docker-archives that the demo's pods need. */
export interface Images {
  readonly archives: readonly string[];
  /** Whether the sidecar image holds Fluent Bit. */
  readonly logs: boolean;
}

/** Bundles the programs and builds the images; what has not changed since the last time is taken from the cache. */
export async function prepareImages(log: Log): Promise<Images> {
  const plain = await archives(['operator', 'kafka', 'examples/shop', 'node'], log);
  try {
    return { archives: [...plain, ...(await archives(['sidecar'], log))], logs: true };
  } catch (error) {
    log(`the sidecar image with Fluent Bit cannot be built: ${error instanceof Error ? error.message : String(error)}`);
    return { archives: [...plain, ...(await sidecarWithoutFluentBit(log))], logs: false };
  }
}

/** The metrics sidecar needs Node only, so its image can stand on Node's where Fluent Bit's cannot be had. */
async function sidecarWithoutFluentBit(log: Log): Promise<readonly string[]> {
  return buildImages([{ ...sidecarImage, args: { FLUENT_BIT_IMAGE: 'node:24-bookworm-slim' } }], log);
}

import { hasDocker } from '../../test/cluster/images/engine.ts';
import { hasFluentBit } from '../../test/cluster/images/fluent-bit.ts';
import { archives } from '../../test/cluster/images/named.ts';
import type { Log } from '../../test/cluster/log.ts';

/** The docker-archives that the demo's pods need. */
export interface Images {
  readonly archives: readonly string[];
  /** Whether the sidecar image holds Fluent Bit. */
  readonly logs: boolean;
}

/** Docker pulls the image of Fluent Bit; without it the program must be on this machine. */
export async function canShipLogs(): Promise<boolean> {
  return (await hasDocker()) || hasFluentBit();
}

/** Bundles the programs and builds the images; what has not changed since the last time is taken from the cache. */
export async function prepareImages(log: Log): Promise<Images> {
  const images = await archives(['operator', 'sidecar', 'kafka', 'examples/shop', 'node'], log);
  return { archives: images, logs: await canShipLogs() };
}

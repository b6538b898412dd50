import { setTimeout as sleep } from 'node:timers/promises';
import type { SidecarProcess } from './sidecarProcess.ts';

/** What there is of a sidecar once everybody has left and all garbage is gone. Sizes are in bytes. */
export interface Rest {
  readonly heap: number;
  readonly external: number;
  readonly anonymous: number;
  readonly files: number;
  /** Sockets, timers and the like, by type. */
  readonly resources: Readonly<Record<string, number>>;
}

/** A connection whose app has ended may stay idle for a minute. */
const patienceMs = 90_000;

const gauges = /^(standpipe_tap_(open|waiting)_connections|http_server_active_requests|rpc_server_active_calls) /;

/** Waits until all gauges of connections and requests are zero, and looks. Returns what is not zero even then. */
export async function rest(
  sidecar: SidecarProcess,
): Promise<{ readonly at: Rest; readonly page: ReadonlyMap<string, number>; readonly left: readonly string[] }> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const page = await sidecar.page();
    const left = [...page].filter(([key, value]) => gauges.test(key) && value !== 0);
    if (left.length > 0 && Date.now() < end) {
      await sleep(500);
      continue;
    }
    // The connections of scrapes go last.
    await sleep(1500);
    await sidecar.collect();
    const { heap, external, resources } = await sidecar.look();
    const at = { heap, external, resources, anonymous: sidecar.anonymousBytes, files: sidecar.openFiles };
    return { at, page, left: left.map(([key, value]) => `${key} is ${value} although everybody has left`) };
  }
}

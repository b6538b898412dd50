import type { MicroserviceStatusDrains } from '../api/generated/microservice.ts';
import { logsContainer, microserviceLabel } from '../api/names.ts';
import type { Pod } from '../kube/builtin.ts';

/** How the log sidecars of ended pods left off, as the status has it. */
export type DrainTotals = MicroserviceStatusDrains;

/** What the log sidecar of one ended pod reported; null where it was gone before it could be read. */
export interface Drain {
  readonly pod: string;
  readonly linesLeft: number | null;
}

/** The drain of a pod that is gone, from its last known state; null where it had no log sidecar that ran. */
export function drainOf(pod: Pod): Drain | null {
  const status = pod.status?.initContainerStatuses?.find(({ name }) => name === logsContainer);
  const started = status?.state?.running !== undefined || status?.state?.terminated !== undefined;
  if (!started) return null;
  return { pod: pod.metadata.name, linesLeft: linesLeft(status?.state?.terminated?.message) };
}

/** The sidecar writes its report as JSON to the termination message; anything else is not a report. */
function linesLeft(message: string | undefined): number | null {
  try {
    const report: unknown = JSON.parse(message ?? '');
    const lines = (report as { readonly linesLeft?: unknown }).linesLeft;
    return Number.isSafeInteger(lines) && (lines as number) >= 0 ? (lines as number) : null;
  } catch {
    // Not JSON: written by the kubelet, or cut off.
    return null;
  }
}

/**
 * Counts drains. A pod is counted when it is gone, which happens once, so the totals of a Microservice only grow. They
 * are kept here rather than read back from its status, which lags behind what was written last.
 */
export class DrainLedger {
  readonly #totals = new Map<string, DrainTotals>();

  /** Takes the end of a pod. @param before the totals in the Microservice's status, used for the first pod only */
  add(pod: Pod, drain: Drain, before: DrainTotals | undefined): void {
    const key = `${pod.metadata.namespace}/${pod.metadata.labels?.[microserviceLabel]}`;
    const { pods = 0, unobserved = 0, linesLeft = 0 } = this.#totals.get(key) ?? before ?? {};
    const seen = drain.linesLeft !== null;
    this.#totals.set(key, {
      pods: pods + (seen ? 1 : 0),
      unobserved: unobserved + (seen ? 0 : 1),
      linesLeft: linesLeft + (drain.linesLeft ?? 0),
    });
  }

  /** The totals of a Microservice, if one of its pods ended since this process started. */
  totals(key: string): DrainTotals | undefined {
    return this.#totals.get(key);
  }

  forget(key: string): void {
    this.#totals.delete(key);
  }
}

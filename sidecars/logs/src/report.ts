import { writeFileSync } from 'node:fs';

/** Why lines are left. */
export type DrainReason =
  /** The time was up before all lines were read. */
  | 'NotRead'
  /** The time was up before the sink had acknowledged what was read. */
  | 'NotDelivered'
  /** The sink refused records for good. */
  | 'Rejected'
  /** Fluent Bit could not be started. */
  | 'NoFluentBit'
  /** There never was a configuration that could be used. */
  | 'NoConfiguration';

/** What the drain came to, as the kubelet shows it in the container's termination message. */
export interface DrainReport {
  /** `draining` is rewritten each second, so that even a killed container leaves its count. */
  readonly state: 'draining' | 'complete' | 'incomplete';
  /** Lines of this pod that no sink has acknowledged: the sum of the next three. */
  readonly linesLeft: number;
  /** Lines in files that were not read. */
  readonly unreadLines: number;
  /** Records that were read and not acknowledged. */
  readonly bufferedRecords: number;
  /** Records that the sink refused for good. */
  readonly rejectedRecords: number;
  /** Seconds since SIGTERM. */
  readonly seconds: number;
  readonly reason?: DrainReason;
}

/**
 * Writes the report in place: the kubelet mounts this one file, so that it cannot be replaced. Its content is at most a few
 * hundred bytes, of the 4096 that Kubernetes shows. Returns what went wrong, if anything.
 */
export function writeReport(path: string, report: DrainReport): Error | undefined {
  try {
    writeFileSync(path, `${JSON.stringify(report)}\n`);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessId } from '../process.ts';
import type { Layout, Mode } from './layout.ts';

/** What is written down about a running cluster, so that another process can use it or clear it away. */
export type ClusterRecord = {
  readonly mode: Mode;
  readonly state: string;
  readonly binaries: string;
  /** The node's PID 1: everything in the cluster dies with it. */
  readonly init?: ProcessId;
  /** Whose cluster it is; absent where it shall outlive the command that started it. */
  readonly owner?: ProcessId;
  /** True once the cluster was ready. */
  readonly ready: boolean;
};

/** Reads the record; undefined where there is none, or none that can be read. */
export function readRecord(layout: Layout): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(layout.record, 'utf8')) as ClusterRecord;
  } catch {
    return undefined; // absent, or cut short by a crash: the clean-up goes by the names then
  }
}

/** Writes the record as a whole. */
export function writeRecord(layout: Layout, record: ClusterRecord): void {
  mkdirSync(dirname(layout.record), { recursive: true });
  const scratch = `${layout.record}.${process.pid}`;
  writeFileSync(scratch, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(scratch, layout.record);
}

/** Removes the record, and its folder if that was the last one. */
export function dropRecord(layout: Layout): void {
  rmSync(layout.record, { force: true });
  try {
    rmdirSync(dirname(layout.record));
  } catch {
    // another cluster's record is in it, or it is gone
  }
}

/** The names of the clusters that have a record. */
export function recorded(): readonly string[] {
  try {
    return readdirSync('/run/standpipe')
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
  } catch {
    return [];
  }
}

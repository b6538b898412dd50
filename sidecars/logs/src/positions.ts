/**
 * How far Fluent Bit has read. The kernel knows: `/proc/<pid>/fdinfo/<fd>` holds the position of every open file, exact and
 * at once (proc_pid_fdinfo(5)). Files are matched by device and inode, so that a renamed one stays the same file.
 */

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { isIgnored, type LogGlob, matches, ownContainer } from '../../../operator/src/config/logFiles.ts';

/** Positions in bytes, by `<device>:<inode>`. */
export type Positions = ReadonlyMap<string, number>;

/** One file of logs. */
export interface LogFile {
  readonly path: string;
  /** `<device>:<inode>`. */
  readonly id: string;
  readonly size: number;
}

/** A file whose end has not been read. */
export interface UnreadFile extends LogFile {
  /** The first byte that was not read. */
  readonly from: number;
}

/** Returns the positions of all regular files that a process has open; none if it is gone. */
export function readPositions(pid: number): Positions {
  const positions = new Map<string, number>();
  for (const fd of namesIn(`/proc/${pid}/fd`)) {
    const stat = statOf(`/proc/${pid}/fd/${fd}`);
    const position = stat === undefined ? undefined : positionOf(`/proc/${pid}/fdinfo/${fd}`);
    if (stat !== undefined && position !== undefined) {
      positions.set(stat.id, Math.max(position, positions.get(stat.id) ?? 0));
    }
  }
  return positions;
}

/** Returns the files that the globs cover, each once. */
export function findFiles(globs: readonly LogGlob[]): readonly LogFile[] {
  const files = new Map<string, LogFile>();
  for (const { directory, name: pattern } of globs) {
    for (const parent of directories(directory)) {
      for (const name of namesIn(parent)) {
        if (!matches(pattern, name) || isIgnored(name)) continue;
        const path = `${parent}/${name}`;
        const stat = statOf(path);
        if (stat !== undefined) files.set(stat.id, { path, ...stat });
      }
    }
  }
  return [...files.values()];
}

/** Returns what is unread. A file that is shorter than its position was cut: Fluent Bit starts over, so all of it is unread. */
export function unreadFiles(files: readonly LogFile[], positions: Positions): readonly UnreadFile[] {
  return files
    .map((file) => {
      const position = positions.get(file.id) ?? 0;
      return { ...file, from: position > file.size ? 0 : position };
    })
    .filter(({ from, size }) => size > from);
}

/** Whether the file's last byte is a newline; an empty or unreadable file counts as whole. */
export function endsWhole({ path, size }: LogFile): boolean {
  if (size === 0) return true;
  try {
    const file = openSync(path, 'r');
    try {
      const last = Buffer.alloc(1);
      return readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
    } finally {
      closeSync(file);
    }
  } catch {
    return true;
  }
}

/** The directories that a glob's directory stands for: itself, or for `<parent>/*` every one below but the sidecar's own. */
function directories(directory: string): readonly string[] {
  if (!directory.endsWith('/*')) return [directory];
  const parent = directory.slice(0, -2);
  return namesIn(parent)
    .filter((name) => name !== ownContainer)
    .map((name) => `${parent}/${name}`);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there (yet), or no directory: nothing to read in it.
    return [];
  }
}

function statOf(path: string): { readonly id: string; readonly size: number } | undefined {
  try {
    // Inodes of stacked file systems use all 64 bits.
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat?.isFile() ? { id: `${stat.dev}:${stat.ino}`, size: Number(stat.size) } : undefined;
  } catch {
    return undefined;
  }
}

function positionOf(path: string): number | undefined {
  try {
    const position = /^pos:\s*(\d+)/m.exec(readFileSync(path, 'latin1'))?.[1];
    return position === undefined ? undefined : Number(position);
  } catch {
    // Closed since it was listed.
    return undefined;
  }
}

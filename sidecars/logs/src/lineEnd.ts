import { closeSync, mkdirSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogFile } from './positions.ts';

/** The longest line that Fluent Bit keeps whole, in bytes: its `buffer_max_size`. */
const maxLineBytes = 1024 * 1024;

/**
 * Completes a file's last line, which Fluent Bit would never send without its newline: at the end of the file (`there`), or
 * if that may not be written, as a line of its own below the given directory (`elsewhere`). Returns the error if neither works.
 */
export function completeLine(file: LogFile, lineEndDir: string): 'there' | 'elsewhere' | Error {
  try {
    append(file.path);
    return 'there';
  } catch (error) {
    if (!isForbidden(error)) return error as Error;
  }
  try {
    const path = lineEndDir + file.path;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat([lastLine(file), Buffer.from('\n')]));
    return 'elsewhere';
  } catch (error) {
    return error as Error;
  }
}

function append(path: string): void {
  const file = openSync(path, 'a');
  try {
    writeSync(file, '\n');
  } finally {
    closeSync(file);
  }
}

function lastLine({ path, size }: LogFile): Buffer {
  const file = openSync(path, 'r');
  try {
    const start = Math.max(0, size - maxLineBytes);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(file, bytes, 0, bytes.length, start);
    return bytes.subarray(bytes.lastIndexOf(0x0a, length - 1) + 1, length);
  } finally {
    closeSync(file);
  }
}

/** The file is another user's, or its volume is mounted read-only. */
function isForbidden(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EACCES', 'EPERM', 'EROFS'].includes(code);
}

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from './log.ts';

const hasFlock = spawnSync('flock', ['--version'], { stdio: 'ignore' }).status === 0;
const PATIENCE_MS = 2000;

/** Waits for the lock on `file`; gives back its release. */
async function acquire(file: string, log: Log): Promise<() => Promise<void>> {
  mkdirSync(dirname(file), { recursive: true });
  // The kernel drops the lock when `cat` ends, and `cat` ends when we do: a killed owner leaves nothing behind.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => holder.on('close', () => resolve()));
  const timer = setTimeout(() => log(`waiting for another process that holds ${file} ...`), PATIENCE_MS);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', (code) => reject(new Error(`flock ${file} ended with status ${code}`)));
  }).finally(() => clearTimeout(timer));
  return async () => {
    holder.stdin.end();
    await ended;
  };
}

/**
 * Runs `work` while no other process holds the lock `file`. Where there is no `flock` (macOS) the work is not
 * serialised: what is built is put in place by a rename, so it may be built twice but never half.
 */
export async function locked<T>(file: string, log: Log, work: () => Promise<T>): Promise<T> {
  const release = hasFlock ? await acquire(file, log) : async () => {};
  try {
    return await work();
  } finally {
    await release();
  }
}

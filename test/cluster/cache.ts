import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { locked } from './lock.ts';
import type { Log } from './log.ts';
import { identify } from './process.ts';

/** When a new entry of a kind is made, those go that nobody has used for two weeks, ... */
const KEEP_MS = 14 * 24 * 3600 * 1000;
/** ... and all but the last few of one kind: an image is made anew with every change of its source. */
const KEEP_COUNT = 4;
/** What was used this recently may be in use. */
const IN_USE_MS = 15 * 60 * 1000;

/** The cache folder: `$STANDPIPE_CACHE`, else `$XDG_CACHE_HOME/standpipe`, else `~/.cache/standpipe`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.STANDPIPE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'standpipe');
  if (folder.startsWith('/run/')) {
    throw new Error(
      `the cache folder ${folder} is below /run, which the cluster hides: set STANDPIPE_CACHE to another one`,
    );
  }
  return folder;
}

/** What to make: `kind` names the shelf, `key` is the hash of everything that the content depends on. */
export type Entry = {
  readonly kind: string;
  readonly key: string;
  /** Fills an empty folder. A failure leaves nothing in the cache. */
  readonly build: (folder: string) => Promise<void>;
};

/** Removes what builders of this entry left that were killed; their process ids end the folders' names. */
function sweep(scratches: string, prefix: string): void {
  const left = existsSync(scratches) ? readdirSync(scratches).filter((name) => name.startsWith(`${prefix}-`)) : [];
  for (const name of left) {
    if (identify(Number(name.slice(prefix.length + 1))) === undefined) {
      rmSync(join(scratches, name), { recursive: true, force: true });
    }
  }
}

/** Whether an entry may go: `rank` counts the more recently used ones of its kind, `idle` is the time since its last use in ms. */
export function isDispensable(rank: number, idle: number): boolean {
  return idle > KEEP_MS || (rank >= KEEP_COUNT && idle > IN_USE_MS);
}

function prune(shelf: string): void {
  const entries = readdirSync(shelf).map((name) => ({
    path: join(shelf, name),
    used: statSync(join(shelf, name)).mtimeMs,
  }));
  entries.sort((a, b) => b.used - a.used);
  for (const [rank, { path, used }] of entries.entries()) {
    if (isDispensable(rank, Date.now() - used)) rmSync(path, { recursive: true, force: true });
  }
}

/** Whether an entry is there. */
export function isCached(kind: string, key: string): boolean {
  return existsSync(join(cacheFolder(), kind, key));
}

/**
 * The folder that holds the entry's content, built if it is not there yet. Any number of processes may ask at once: one
 * builds, in a folder of its own that a rename puts in place; the others wait.
 */
export async function cached(entry: Entry, log: Log): Promise<string> {
  const shelf = join(cacheFolder(), entry.kind);
  const folder = join(shelf, entry.key);
  const prefix = `${entry.kind}-${entry.key}`.replaceAll('/', '-');
  const build = async (): Promise<void> => {
    if (existsSync(folder)) return;
    const scratches = join(cacheFolder(), 'tmp');
    sweep(scratches, prefix);
    const scratch = join(scratches, `${prefix}-${process.pid}`);
    mkdirSync(scratch, { recursive: true });
    mkdirSync(shelf, { recursive: true });
    try {
      await entry.build(scratch);
      renameSync(scratch, folder);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    prune(shelf);
  };
  if (!existsSync(folder)) await locked(join(cacheFolder(), 'locks', prefix), log, build);
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

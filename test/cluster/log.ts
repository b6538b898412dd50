/** Where progress goes: one call, one line. */
export type Log = (line: string) => void;

const EVERY_MS = 15_000;

/** A duration in milliseconds as people read it: `4.2 s`, `3m05s`. */
export function readable(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/**
 * Runs `work` and says what is being done: one line at the start, one every 15 s with the time so far and `detail()`,
 * one at the end. Short work (under a second) is silent at its end.
 */
export async function narrated<T>(
  log: Log,
  what: string,
  work: () => Promise<T>,
  detail: () => string = () => '',
): Promise<T> {
  const start = Date.now();
  log(`${what} ...`);
  const timer = setInterval(() => {
    const more = detail();
    log(`${what}: ${readable(Date.now() - start)} so far${more === '' ? '' : `, ${more}`}`);
  }, EVERY_MS);
  try {
    const result = await work();
    const ms = Date.now() - start;
    if (ms > 1000) log(`${what}: done in ${readable(ms)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

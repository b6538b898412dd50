import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats a check until it passes, and fails with its last error when it has not for so long. For what a cluster does
 * in its own time; the limit is generous and never what is being tested.
 */
export async function eventually<T>(check: () => Promise<T>, limitMs = 60_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(150);
    }
  }
}

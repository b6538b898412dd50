import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached, cacheFolder, isDispensable } from './cache.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standpipe-cache-'));
  vi.stubEnv('STANDPIPE_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const silent = (): void => {};

test('the cache folder follows the environment, from the most special to the most general', () => {
  expect(cacheFolder({ STANDPIPE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/standpipe');
  expect(cacheFolder({})).toMatch(/\/\.cache\/standpipe$/);
  expect(() => cacheFolder({ STANDPIPE_CACHE: '/run/x' })).toThrow('below /run');
});

test('of many who ask at once, one builds, and all get the whole content', async () => {
  let builds = 0;
  const build = async (into: string): Promise<void> => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(join(into, 'file'), 'content');
  };
  const folders = await Promise.all(Array.from({ length: 4 }, () => cached({ kind: 'a/b', key: 'k', build }, silent)));
  expect(builds).toBe(1);
  expect(folders.map((entry) => readFileSync(join(entry, 'file'), 'utf8'))).toEqual(Array(4).fill('content'));
});

test('a build that fails leaves nothing, and the next one may succeed', async () => {
  const failing = cached(
    {
      kind: 'a',
      key: 'k',
      async build(into) {
        writeFileSync(join(into, 'half'), '');
        throw new Error('no space');
      },
    },
    silent,
  );
  await expect(failing).rejects.toThrow('no space');
  expect(existsSync(join(folder, 'a', 'k'))).toBe(false);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  expect(readdirSync(await cached({ kind: 'a', key: 'k', build: async () => {} }, silent))).toEqual([]);
});

test('of one kind the last few stay, and what was used just now or may be in use', () => {
  const [hour, month] = [3600_000, 31 * 24 * 3600_000];
  expect([isDispensable(0, hour), isDispensable(3, hour), isDispensable(9, 1000)]).toEqual([false, false, false]);
  expect([isDispensable(4, hour), isDispensable(0, month)]).toEqual([true, true]);
});

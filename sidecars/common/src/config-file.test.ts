import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConfigFile, followConfigFile } from './config-file.ts';

let folder = '';
let file: ConfigFile<number>;
const seen: unknown[] = [];

const parse = (text: string) => {
  const value = Number(text);
  return Number.isNaN(value) ? { problems: ['it is no number'] } : { config: value };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standpipe-config-'));
  seen.length = 0;
});

afterEach(async () => {
  file.close();
  await rm(folder, { recursive: true });
});

/** Puts content in place as the kubelet does: a new folder, then a swap of the link that all files go through. */
async function mount(version: number, text: string): Promise<void> {
  await mkdir(join(folder, `..v${version}`));
  await writeFile(join(folder, `..v${version}`, 'c'), text);
  await symlink(`..v${version}`, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
}

async function follow(intervalMs = 1_000_000): Promise<void> {
  file = await followConfigFile({
    path: join(folder, 'c'),
    parse,
    initial: 0,
    onChange: (config) => seen.push(config),
    onProblems: (problems) => seen.push(problems),
    intervalMs,
  });
}

test('starts with the initial configuration where the volume is still empty', async () => {
  await follow();
  expect(file).toMatchObject({ config: 0, problems: [], loaded: false });
});

test('takes up what a swapped link brings and keeps it while the next is broken', async () => {
  await symlink('..data/c', join(folder, 'c'));
  await follow();
  await mount(1, '1');
  await file.check();
  await mount(2, 'x');
  await file.check();
  await file.check();
  expect(file).toMatchObject({ config: 1, problems: ['it is no number'], reloads: 1, failures: 1 });
  await mount(3, '3');
  await file.check();
  expect(file).toMatchObject({ config: 3, problems: [], reloads: 2 });
  expect(seen).toEqual([1, ['it is no number'], 3]);
});

test('keeps the last good configuration when the file goes away and says so', async () => {
  await writeFile(join(folder, 'c'), '5');
  await follow();
  await rm(join(folder, 'c'));
  await file.check();
  expect(file.config).toBe(5);
  expect(file.problems[0]).toMatch(/is gone/);
  await writeFile(join(folder, 'c'), '5');
  await file.check();
  expect(file.problems).toEqual([]);
});

test('looks by itself at every interval', async () => {
  await follow(5);
  await writeFile(join(folder, 'c'), '6');
  await expect.poll(() => file.config).toBe(6);
});

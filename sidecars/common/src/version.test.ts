import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { version } from './version.ts';

test('the sidecars have the version of the package', async () => {
  const file = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(file).version).toBe(version);
});

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasons } from '../../operator/src/api/reasons.ts';
import { generateReasons, reasonsFile } from '../../scripts/generate-reasons.ts';

const root = join(import.meta.dirname, '../..');

test('the page of reasons is the table of reasons', () => {
  expect(readFileSync(reasonsFile, 'utf8')).toBe(generateReasons());
});

test('every reason is used somewhere', () => {
  const files = globSync('operator/src/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|api\/reasons\.ts$/.test(file),
  );
  const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  expect(Object.keys(reasons).filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
});

test('every reason is a sentence that fits a warning of kubectl', () => {
  const texts = Object.entries(reasons).map(([code, { text }]) => ({ code, text }));
  expect(texts.filter(({ text }) => !text.endsWith('.') || text.length > 200)).toEqual([]);
});

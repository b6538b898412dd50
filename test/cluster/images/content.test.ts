import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyOfContext } from './content.ts';

let context = '';
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'standpipe-context-'));
  mkdirSync(join(context, 'dist'));
  writeFileSync(join(context, 'dist', 'a.mjs'), 'a');
  writeFileSync(join(context, 'unrelated'), '1');
});
afterEach(() => rmSync(context, { recursive: true }));

test('the key follows what is copied, and nothing else', () => {
  const before = keyOfContext(context, ['dist']);
  writeFileSync(join(context, 'unrelated'), '2');
  expect(keyOfContext(context, ['dist'])).toBe(before);
  writeFileSync(join(context, 'dist', 'a.mjs'), 'b');
  expect(keyOfContext(context, ['dist'])).not.toBe(before);
  expect(keyOfContext(context, ['dist/*.mjs'])).toBe(keyOfContext(context, ['dist']));
});

test('a missing file is an error that says what to do', () => {
  expect(() => keyOfContext(context, ['dist', 'gone'])).toThrow(
    /gone is copied into an image but does not exist: build it first/,
  );
});

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completeLine } from './lineEnd.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'standpipe-line-end-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const fileOf = (text: string) => {
  const path = join(directory, 'a.log');
  writeFileSync(path, text);
  return { path, id: '1:1', size: statSync(path).size };
};

test('completes the line in its file where that may be written', () => {
  const file = fileOf('one\ntwo');
  expect(completeLine(file, join(directory, 'ends'))).toBe('there');
  expect(readFileSync(file.path, 'utf8')).toBe('one\ntwo\n');
});

// The superuser may write every file.
test.skipIf(process.getuid?.() === 0)(
  'completes just that line elsewhere where the file is closed (not as root)',
  () => {
    const file = fileOf('one\ntwo');
    chmodSync(file.path, 0o444);
    expect(completeLine(file, join(directory, 'ends'))).toBe('elsewhere');
    expect(readFileSync(file.path, 'utf8')).toBe('one\ntwo');
    expect(readFileSync(join(directory, 'ends') + file.path, 'utf8')).toBe('two\n');
  },
);

test('returns the error of a file that is gone', () => {
  const missing = { path: join(directory, 'nowhere', 'b.log'), id: '1:2', size: 3 };
  expect(completeLine(missing, directory)).toBeInstanceOf(Error);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readArchive, tarNumber } from './archive.ts';
import { dockerArchive, tarMember } from './archive-writer.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standpipe-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a written image is read back by its name, and its id follows its content', () => {
  const file = join(folder, 'program');
  const write = (content: string): string => {
    writeFileSync(file, content);
    const archive = join(folder, 'image.tar');
    dockerArchive({ name: 'localhost/x:1', file, archive });
    const [image] = readArchive(archive);
    expect(image?.names).toEqual(['localhost/x:1']);
    return image?.id ?? '';
  };
  const first = write('one');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(write('one')).toBe(first);
  expect(write('two')).not.toBe(first);
});

test('a file that is no image archive is refused by name', () => {
  const file = join(folder, 'other.tar');
  writeFileSync(file, Buffer.concat([tarMember('x', Buffer.from('y'), 0o644), Buffer.alloc(1024)]));
  expect(() => readArchive(file)).toThrow(`${file} is not a docker-archive`);
});

test('tar numbers are octal text, or binary where the first bit is set', () => {
  expect(tarNumber(Buffer.from('00000001750\0'))).toBe(1000);
  expect(tarNumber(Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]))).toBe(2 ** 33);
});

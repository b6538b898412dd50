import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LineCounter } from './lines.ts';
import { endsWhole, findFiles, readPositions, unreadFiles } from './positions.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'standpipe-positions-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const logs = () => findFiles([{ directory, name: '*.log*' }]);

describe('findFiles', () => {
  test('finds what a glob covers, once, without packed copies and directories', () => {
    for (const name of ['a.log', 'a.log.1', 'a.log.2.gz', 'a.txt', '.a.log']) writeFileSync(join(directory, name), '');
    mkdirSync(join(directory, 'd.log'));
    const twice = findFiles([
      { directory, name: '*.log*' },
      { directory, name: 'a*' },
    ]);
    expect(
      logs()
        .map(({ path }) => basename(path))
        .toSorted(),
    ).toEqual(['a.log', 'a.log.1']);
    expect(twice.map(({ path }) => basename(path)).toSorted()).toEqual(['a.log', 'a.log.1', 'a.txt']);
    expect(findFiles([{ directory: join(directory, 'nowhere'), name: '*' }])).toEqual([]);
  });

  test('finds the files of every container but the sidecar’s own', () => {
    for (const container of ['app', 'standpipe-logs']) {
      mkdirSync(join(directory, container));
      writeFileSync(join(directory, container, '0.log'), '');
    }
    const found = findFiles([{ directory: `${directory}/*`, name: '*.log*' }]);
    expect(found.map(({ path }) => path)).toEqual([join(directory, 'app', '0.log')]);
  });
});

describe('readPositions', () => {
  test('tells how far a process has read a file, under whatever name', () => {
    const path = join(directory, 'a.log');
    writeFileSync(path, '0123456789');
    expect(unreadFiles(logs(), readPositions(process.pid))).toMatchObject([{ from: 0, size: 10 }]);
    const file = openSync(path, 'r');
    readSync(file, Buffer.alloc(4));
    renameSync(path, `${path}.1`);
    expect(unreadFiles(logs(), readPositions(process.pid))).toMatchObject([{ path: `${path}.1`, from: 4, size: 10 }]);
    readSync(file, Buffer.alloc(6));
    expect(unreadFiles(logs(), readPositions(process.pid))).toEqual([]);
    closeSync(file);
  });

  test('has none of a process that is gone', () => {
    expect(readPositions(2 ** 30).size).toBe(0);
  });
});

test('all of a file that was cut below its position is unread', () => {
  const file = { path: '/a', id: '1:1', size: 5 };
  expect(unreadFiles([file], new Map([['1:1', 9]]))).toEqual([{ ...file, from: 0 }]);
});

test('a file ends whole if its last byte is a newline, or it has none', () => {
  writeFileSync(join(directory, '1.log'), 'a\nb');
  writeFileSync(join(directory, '2.log'), 'a\n');
  writeFileSync(join(directory, '3.log'), '');
  expect(
    logs()
      .map((file) => [basename(file.path), endsWhole(file)])
      .toSorted(),
  ).toEqual([
    ['1.log', false],
    ['2.log', true],
    ['3.log', true],
  ]);
});

test('LineCounter counts the lines that are left, however reading and writing go on', () => {
  const path = join(directory, 'a.log');
  const step = fc.record({
    write: fc.string({ unit: fc.constantFrom('a', '\n'), maxLength: 20 }),
    read: fc.nat({ max: 25 }),
    isCut: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const counter = new LineCounter();
      let text = '';
      let from = 0;
      for (const { write, read, isCut } of steps) {
        text = isCut && write.length % 3 === 0 ? write : text + write;
        from = Math.min(from + read, text.length);
        writeFileSync(path, text);
        const left = text.slice(from);
        const lines = left.split('\n').length - (left === '' || left.endsWith('\n') ? 1 : 0);
        const files = left === '' ? [] : [{ path, id: '1:1', size: text.length, from }];
        // A file that is cut and has grown beyond its old size cannot be told from one that grew.
        if (!isCut) expect(counter.total(files)).toBe(lines);
      }
    }),
    { numRuns: 50 },
  );
});

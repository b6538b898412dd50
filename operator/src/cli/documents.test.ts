import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSource, problemAt, readDocuments, renderDocuments } from './documents.ts';
import { InputError } from './inputError.ts';
import { UsageError } from './usageError.ts';

async function* stdin(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

const none = stdin('');

describe('the documents of a text', () => {
  test.each([
    ['nothing', ''],
    ['a comment only', '# nothing here\n'],
    ['one document', 'a: 1\n'],
    ['no last line break', 'a: 1\n---\nb: 2'],
    ['comments around marks', '# a\n---\n# b\na: 1\n# c\n...\n# d\n---\nb: 2\n'],
    ['empty documents', '---\n---\n\n---\n# only\n'],
    ['Windows line breaks', '---\r\na: 1\r\n---\r\nb: 2\r\n'],
    ['a byte order mark', '\uFEFFa: 1\n---\nb: 2\n'],
    ['directives', '%YAML 1.1\n---\na: 1\n'],
    ['wild indentation', 'a:\n    b:   1\n    c: [ 1,2,\n     3]\n\n\n---\n\nd: >+\n  x\n\n\n'],
  ])('are the text again, byte for byte, with %s', (_, text) => {
    expect(renderDocuments(parseSource('a.yaml', text))).toBe(text);
  });

  test('are split where kubectl splits them', () => {
    const documents = parseSource('a.yaml', 'apiVersion: v1\nkind: A\n---\n# none\n---\napiVersion: v1\nkind: B\n');
    expect(documents.map(({ objects }) => objects.map(({ kind }) => kind))).toEqual([['A'], [], ['B']]);
    expect(documents.map(({ place }) => place)).toEqual([
      { file: 'a.yaml', index: 1, line: 1 },
      { file: 'a.yaml', index: 2, line: 3 },
      { file: 'a.yaml', index: 3, line: 5 },
    ]);
  });

  test('are read as kubectl reads them', () => {
    const [document] = parseSource(
      'a',
      'apiVersion: v1\nkind: A\nv: [off, y, 0644, 0o644, 12:30, 2024-01-01, 1_000, "no"]\n',
    );
    expect(document?.objects[0]?.value.v).toEqual([false, true, 420, 420, '12:30', '2024-01-01', 1000, 'no']);
  });

  test('give the items of a List as objects of their own', () => {
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a, namespace: shop}
- apiVersion: v1
  kind: Pod
  metadata: {name: b}
`;
    const [document] = parseSource('a.yaml', text);
    expect(document?.objects.map(({ path, kind, name, namespace }) => ({ path, kind, name, namespace }))).toEqual([
      { path: ['items', 0], kind: 'Pod', name: 'a', namespace: 'shop' },
      { path: ['items', 1], kind: 'Pod', name: 'b', namespace: undefined },
    ]);
    document?.replaceValue(['items', 1], { ...document.objects[1]?.value, spec: { nodeName: 'node' } });
    expect(document?.toString()).toBe(`${text}  spec:\n    nodeName: node\n`);
  });

  test.each([
    ['a: [1\nb: 2\n', 'a.yaml:2: not YAML'],
    ['a: 1\n---\nb: 1\nb: 2\n', 'a.yaml:4: not YAML: Map keys must be unique (document 2)'],
    ['a:\n\t- b\n', 'a.yaml:2: not YAML'],
  ])('that are not YAML are refused with the line: %j', (text, message) => {
    expect(() => parseSource('a.yaml', text)).toThrow(message);
    expect(() => parseSource('a.yaml', text)).toThrow(InputError);
    expect(() => parseSource('a.yaml', text)).toThrow(UsageError);
  });

  test('that blow up are refused', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from(
        { length: 9 },
        (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}`},*a${i},*a${i},*a${i},*a${i},*a${i},*a${i},*a${i}]`,
      ),
    ];
    expect(() => parseSource('a.yaml', `apiVersion: v1\nkind: A\n${bomb.join('\n')}\n`)).toThrow(InputError);
  });
});

describe('a problem', () => {
  const [document] = parseSource(
    'orders.yaml',
    '# head\nkind: X\n---\napiVersion: a/v1\nkind: Microservice\nmetadata: {name: orders}\nspec:\n  ports:\n  - name: http\n    port: 0\n',
  ).slice(1);
  const [object] = document?.objects ?? [];

  test.each([
    ['spec.ports[0].port', 10],
    ['spec.ports[0].env', 9],
    ['spec.ports[3]', 9],
    ['metadata.name', 6],
    ['', 4],
  ])('at %j is shown at line %i', (field, line) => {
    if (object === undefined) throw new Error('no object');
    const where = field === '' ? '' : `${field}: `;
    expect(problemAt(object, field, 'is wrong')).toBe(
      `orders.yaml:${line}: document 2, Microservice/orders: ${where}is wrong`,
    );
  });
});

describe('reading', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'b', 'one.yml'), 'apiVersion: v1\nkind: One');
    await writeFile(join(folder, 'a.yaml'), '# a\napiVersion: v1\nkind: Two\n---\napiVersion: v1\nkind: Three\n');
    await writeFile(join(folder, 'c.json'), '{"apiVersion": "v1", "kind": "Four"}');
    await writeFile(join(folder, 'notes.txt'), 'not: [yaml');
    await mkdir(join(folder, 'empty'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('takes folders with what is below them, in order, and the standard input', async () => {
    const documents = await readDocuments([folder, '-'], stdin('apiVersion: v1\nkind: Five\n'));
    const kinds = documents.flatMap(({ objects }) => objects.map(({ kind }) => kind));
    expect(kinds).toEqual(['Two', 'Three', 'One', 'Four', 'Five']);
    expect(documents.at(-1)?.place.file).toBe('<stdin>');
    expect(renderDocuments(documents)).toBe(`# a
apiVersion: v1
kind: Two
---
apiVersion: v1
kind: Three
---
apiVersion: v1
kind: One
---
{"apiVersion": "v1", "kind": "Four"}
---
apiVersion: v1
kind: Five
`);
  });

  test('takes a file of any name that is named itself', async () => {
    await expect(readDocuments([join(folder, 'notes.txt')], none)).rejects.toThrow('notes.txt:1: not YAML');
  });

  test('says which file or folder is not there, or has nothing to read', async () => {
    await expect(readDocuments([join(folder, 'no.yaml')], none)).rejects.toThrow(
      'no.yaml: there is no such file or folder',
    );
    await expect(readDocuments([join(folder, 'empty')], none)).rejects.toThrow(
      'the folder has no .yaml, .yml, .json files',
    );
  });

  test('reads standard input once', async () => {
    await expect(readDocuments(['-', folder, '-'], stdin('a: 1\n'))).rejects.toThrow('can be read only once');
  });
});

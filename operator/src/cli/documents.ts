/** Reads the manifests that a command is given, and writes them back as they were but for what was replaced. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { InputError } from './inputError.ts';
import { SourceDocument, type SourceObject } from './sourceDocument.ts';
import { textFrom } from './text.ts';
import { splitDocuments } from './yaml.ts';

/** What is read in a folder; a file that is named itself may be called anything. */
const extensions: readonly string[] = ['.yaml', '.yml', '.json'];

/**
 * Reads files, folders (with what is below them, in the order of their names) and, for `-`, the standard input.
 *
 * @returns every document in order, also those that hold no object, so that the input can be written back whole.
 * @throws InputError that names the file and line of what cannot be read.
 */
export async function readDocuments(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<SourceDocument[]> {
  if (paths.indexOf('-') !== paths.lastIndexOf('-')) {
    throw new InputError('standard input can be read only once: give - one time');
  }
  const documents: SourceDocument[] = [];
  for (const path of paths) {
    if (path === '-') documents.push(...parseSource('<stdin>', textFrom('<stdin>', await buffer(stdin))));
    else for (const file of await filesIn(path)) documents.push(...parseSource(file, await readSource(file)));
  }
  return documents;
}

/**
 * The documents of one text.
 *
 * @param file - What errors call the text.
 * @throws InputError at the first line that is not YAML.
 */
export function parseSource(file: string, text: string): SourceDocument[] {
  let line = 1;
  return splitDocuments(text).map((part, i) => {
    const [error] = part.errors;
    if (error !== undefined) {
      const at = text.slice(0, error.pos[0]).split('\n').length;
      const [reason] = error.message.split(/ at line \d+/);
      throw new InputError(`${file}:${at}: not YAML: ${reason} (document ${i + 1})`);
    }
    const document = new SourceDocument({ file, index: i + 1, line }, part);
    line += part.text.split('\n').length - 1;
    return document;
  });
}

/**
 * The text of all documents as one stream. Documents of one file are joined as they were; between files a mark is set where
 * the next one does not begin with it.
 */
export function renderDocuments(documents: readonly SourceDocument[]): string {
  let stream = '';
  let file: string | undefined;
  for (const document of documents) {
    const text = document.toString();
    const next = file !== undefined && document.place.file !== file;
    if (stream !== '' && !stream.endsWith('\n') && (next || text.startsWith('---'))) stream += '\n';
    if (next && !/^(?:\s*(?:#.*)?\n)*(?:---|%)/.test(text)) stream += '---\n';
    stream += text;
    file = document.place.file;
  }
  return stream;
}

/** Says where an object is and what is wrong with it: the file and line, the document, the object, the field. */
export function problemAt(object: SourceObject, field: string, message: string): string {
  const { document, path, kind, name } = object;
  const parts = [...field.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
  const { file, index } = document.place;
  const subject = `document ${index}, ${kind}/${name === '' ? '(no name)' : name}`;
  return `${file}:${document.lineOf([...path, ...parts])}: ${subject}: ${field === '' ? '' : `${field}: `}${message}`;
}

async function filesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && extensions.includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new InputError(`${path}: the folder has no ${extensions.join(', ')} files`);
  return files;
}

async function readSource(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return textFrom(file, bytes);
}

/** What the user has to know of a file that cannot be read. */
export function unreadable(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new InputError(`${path}: there is no such file or folder`);
  if (code === 'EISDIR') return new InputError(`${path}: it is a folder, not a file`);
  if (code === 'EACCES') return new InputError(`${path}: you may not read it`);
  return new InputError(`${path}: ${(error as Error).message}`);
}

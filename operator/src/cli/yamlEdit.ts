import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { align } from './align.ts';
import { applyEdits, indentLines, lineEnd, lineStart, type TextEdit } from './textEdit.ts';
import { blockText, flowText, scalarText } from './yamlText.ts';

/** Thrown where a change cannot be made in the text alone; the caller then writes the document anew. */
class CannotEdit extends Error {}

/** What an edit needs to know of the text around it. */
interface Source {
  readonly text: string;
  readonly document: Document;
  readonly indentSeq: boolean;
  readonly edits: TextEdit[];
}

/**
 * Changes the value of a node by replacing, inserting and removing as few lines as possible, so that comments, quotes and
 * indentation of everything else stay. The caller must check that the result means what it should: anchors reach beyond
 * the node.
 *
 * @param text - The text whose offsets the document's nodes have.
 * @returns the new text, or undefined where the change cannot be made this way.
 */
export function editText(
  text: string,
  document: Document,
  node: Node,
  value: unknown,
  indentSeq: boolean,
): string | undefined {
  const source: Source = { text, document, indentSeq, edits: [] };
  try {
    editNode(source, node, value);
  } catch (error) {
    if (error instanceof CannotEdit) return undefined;
    throw error;
  }
  if (!text.includes('\r\n')) return applyEdits(text, source.edits);
  return applyEdits(
    text,
    source.edits.map((edit) => ({ ...edit, text: edit.text.replaceAll('\n', '\r\n') })),
  );
}

function editNode(source: Source, node: Node, value: unknown): void {
  if (isDeepStrictEqual(node.toJS(source.document), value)) return;
  const block = isCollection(node) && !node.flow;
  if (block && isMap(node) && isRecord(value)) editMap(source, node, value);
  else if (block && isSeq(node) && Array.isArray(value)) editSeq(source, node, value);
  else if (block) throw new CannotEdit();
  else replaceInline(source, node, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function editMap(source: Source, map: YAMLMap, value: Record<string, unknown>): void {
  const pairs = map.items.map(({ key, value: child }) => {
    if (!isScalar(key) || key.value === '<<' || !isNode(child)) throw new CannotEdit();
    return { name: String(key.value), start: rangeOf(key)[0], child };
  });
  const [first] = pairs;
  if (first === undefined || !pairs.some(({ name }) => Object.hasOwn(value, name))) throw new CannotEdit();
  for (const { name, start, child } of pairs) {
    if (Object.hasOwn(value, name)) editNode(source, child, value[name]);
    else removeLines(source, start, child);
  }
  const names = new Set(pairs.map(({ name }) => name));
  const added = Object.entries(value).filter(([name, child]) => !names.has(name) && child !== undefined);
  if (added.length === 0) return;
  const column = first.start - lineStart(source.text, first.start);
  const lines = blockText(Object.fromEntries(added), source.indentSeq);
  insertLines(source, lineEnd(source.text, contentEnd(map)), indentLines(lines, column));
}

function editSeq(source: Source, seq: YAMLSeq, value: readonly unknown[]): void {
  const items = seq.items.map((item) => {
    if (!isNode(item)) throw new CannotEdit();
    return item;
  });
  if (value.length === 0) throw new CannotEdit();
  const before = items.map((item): unknown => item.toJS(source.document));
  const { kept, removed } = align(before, value, isDeepStrictEqual, nameOf);
  for (const index of removed) {
    const item = items[index];
    if (item !== undefined) removeLines(source, dashOf(source, item), item);
  }
  const dash = dashOf(source, items[0]);
  let position = commentsAbove(source.text, dash);
  for (const { from, item } of kept) {
    const node = from === undefined ? undefined : items[from];
    if (node === undefined) {
      const lines = blockText([item], source.indentSeq);
      insertLines(source, position, indentLines(lines, dash - lineStart(source.text, dash)));
    } else {
      editNode(source, node, item);
      position = lineEnd(source.text, contentEnd(node));
    }
  }
}

function nameOf(item: unknown): string | undefined {
  return isRecord(item) && typeof item.name === 'string' ? item.name : undefined;
}

/** The dash of an item that stands on one line with it and first on that line. */
function dashOf({ text }: Source, item: Node | undefined): number {
  if (item === undefined) throw new CannotEdit();
  const start = lineStart(text, rangeOf(item)[0]);
  const [indent, dash] = /^( *)-(?= )/.exec(text.slice(start, rangeOf(item)[0])) ?? [];
  if (dash === undefined && indent === undefined) throw new CannotEdit();
  return start + (indent ?? '').length - 1;
}

/** The beginning of the comment lines that stand directly above an item, which belong to it. */
function commentsAbove(text: string, offset: number): number {
  let start = lineStart(text, offset);
  while (start > 0 && /^ *#/.test(text.slice(lineStart(text, start - 1), start))) start = lineStart(text, start - 1);
  return start;
}

/** Removes the lines of a pair or an item; it must begin its line. */
function removeLines({ text, edits }: Source, start: number, content: Node): void {
  const from = lineStart(text, start);
  if (text.slice(from, start).trim() !== '') throw new CannotEdit();
  edits.push({ start: from, end: lineEnd(text, contentEnd(content)), text: '' });
}

function insertLines({ text, edits }: Source, position: number, lines: string): void {
  const unended = position === text.length && !text.endsWith('\n');
  edits.push({ start: position, end: position, text: unended ? `\n${lines.replace(/\n$/, '')}` : lines });
}

/** Replaces a scalar, an alias or a flow collection. */
function replaceInline(source: Source, node: Node, value: unknown): void {
  const { text, edits } = source;
  const [start, end] = rangeOf(node);
  const old = text.slice(start, end);
  if (old.includes('\n') && isScalar(node)) throw new CannotEdit();
  const separate = /[\s[{,]/.test(text[start - 1] ?? ' ') ? '' : ' ';
  const filled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!filled) edits.push({ start, end, text: separate + scalarText(value, node) });
  else if (isAlias(node) || (isCollection(node) && node.items.length > 0)) {
    edits.push({ start, end, text: separate + flowText(value, old) });
  } else replaceByBlock(source, start, end, value);
}

/** Puts a filled collection in block style below a `name:` that has something empty behind it, and perhaps a comment. */
function replaceByBlock(source: Source, start: number, end: number, value: unknown): void {
  const { text, indentSeq, edits } = source;
  const line = text.slice(lineStart(text, start), start);
  const [, indent] = /^((?: |- )*)[^\s#'"{[&*!-][^\s#'"{[]*:\s*$/.exec(line) ?? [];
  const next = lineEnd(text, end);
  if (indent === undefined || !/^\s*(#.*)?$/.test(text.slice(end, next).trimEnd())) throw new CannotEdit();
  edits.push({ start: start - (line.length - line.trimEnd().length), end, text: '' });
  const column = indent.length + (Array.isArray(value) && !indentSeq ? 0 : 2);
  insertLines(source, next, indentLines(blockText(value, indentSeq), column));
}

/** Where the last value in a node ends; comments behind it are not part of it. */
function contentEnd(node: Node): number {
  const last: unknown = isCollection(node) && !node.flow ? node.items.at(-1) : undefined;
  if (isNode(last)) return contentEnd(last);
  const value = typeof last === 'object' && last !== null && 'value' in last ? last.value : undefined;
  return isNode(value) ? contentEnd(value) : rangeOf(node)[1];
}

function rangeOf(node: Node): readonly [number, number] {
  if (!node.range) throw new CannotEdit();
  return [node.range[0], node.range[1]];
}

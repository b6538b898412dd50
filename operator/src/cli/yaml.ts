import {
  type Document,
  type DocumentOptions,
  isMap,
  isNode,
  isSeq,
  type Node,
  type ParseOptions,
  parseAllDocuments,
  parseDocument as parseYaml,
  type SchemaOptions,
  type Tags,
  visit,
  type YAMLParseError,
} from 'yaml';

/** Kinds of scalars that YAML 1.1 has and kubectl leaves as text: sexagesimal numbers, dates, sets and the like. */
const notInKubectl: ReadonlySet<string> = new Set(['intTime', 'floatTime', 'timestamp', 'omap', 'pairs', 'set']);

const dropped = (tag: Tags[number]): boolean => {
  if (typeof tag === 'string') return notInKubectl.has(tag);
  const format = 'format' in tag && tag.format === 'TIME';
  return format || /:(timestamp|omap|pairs|set)$/.test(tag.tag);
};

/** `0o644` is YAML 1.2, and kubectl knows it too. */
const octal: Tags[number] = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  test: /^0o[0-7]+$/,
  resolve: (text: string) => Number.parseInt(text.slice(2), 8),
};

/**
 * YAML as kubectl reads it, which is YAML 1.1 for scalars: `0644` is 420, and `off`, `no` and `n` are false. Tried with
 * kubectl 1.36.
 */
export const scalarsOfKubectl: DocumentOptions & SchemaOptions = {
  version: '1.1',
  customTags: (tags: Tags) => [...tags.filter((tag) => !dropped(tag)), octal],
};

const parseOptions: ParseOptions & DocumentOptions & SchemaOptions = { ...scalarsOfKubectl, keepSourceTokens: true };

/** The way to a value: names of members and indices of items. */
export type Path = readonly (string | number)[];

/** One document of a YAML text. */
export interface Part {
  /** The document with the comments in front of it and its marks; the parts of a text joined are the text. */
  readonly text: string;
  /** Where it begins in the whole text. */
  readonly offset: number;
  /** What is wrong with it, in the words of the parser. */
  readonly errors: readonly YAMLParseError[];
}

/** Splits a text into its documents. A text that is empty or only has comments is one document. */
export function splitDocuments(text: string): readonly Part[] {
  const parsed = parseAllDocuments(text, parseOptions);
  const documents = Array.isArray(parsed) ? parsed : [];
  if (documents.length === 0) return [{ text, offset: 0, errors: [] }];
  return documents.map(({ range, errors }, i) => {
    const offset = documents[i - 1]?.range[2] ?? 0;
    const end = i === documents.length - 1 ? text.length : range[2];
    return { text: text.slice(offset, end), offset, errors };
  });
}

/** Parses the text of one document. */
export function parseDocument(text: string): Document {
  return parseYaml(text, parseOptions);
}

/** The node at a path, undefined if there is none. */
export function nodeAt(document: Document, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const part of path) node = isMap(node) || isSeq(node) ? node.get(part, true) : undefined;
  return isNode(node) ? node : undefined;
}

/** Whether lists stand further in than the names that they belong to; true where a document has no such list. */
export function listsAreIndented(document: Document): boolean {
  let indented = true;
  visit(document, {
    Pair(_, { key, value }) {
      if (!isSeq(value) || value.flow || !isNode(key)) return undefined;
      const [list, name] = [indentOf(value), indentOf(key)];
      if (list === undefined || name === undefined) return undefined;
      indented = list > name;
      return visit.BREAK;
    },
  });
  return indented;
}

/** The column of a node as the parser saw it. */
function indentOf({ srcToken }: Node): number | undefined {
  return srcToken !== undefined && 'indent' in srcToken ? srcToken.indent : undefined;
}

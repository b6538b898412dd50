import {
  type Document,
  isMap,
  isNode,
  isSeq,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type ParseOptions,
  type DocumentOptions,
  type SchemaOptions,
  type Tags,
  visit,
} from 'yaml';

/** Kinds of scalars that YAML 1.1 has and kubectl leaves as text: sexagesimal numbers, dates, sets and the like. */
const notInKubectl: ReadonlySet<string> = new Set(['intTime', 'floatTime', 'timestamp', 'omap', 'pairs', 'set']);

const dropped = (tag: Tags[number]): boolean => {
  if (typeof tag === 'string') return notInKubectl.has(tag);
  const format = 'format' in tag && tag.format === 'TIME';
  return format || /:(timestamp|omap|pairs|set)$/.test(tag.tag);
};

/**
 * Reads YAML as kubectl does, which is YAML 1.1 for scalars: `0644` is 420, and `off`, `no` and `n` are false. Tried with
 * kubectl 1.36.
 */
export const parseOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  keepSourceTokens: true,
  customTags: (tags: Tags) => [...tags.filter((tag) => !dropped(tag)), octal],
};

/** `0o644` is YAML 1.2, and kubectl knows it too. */
const octal: Tags[number] = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  test: /^0o[0-7]+$/,
  resolve: (text) => Number.parseInt(text.slice(2), 8),
};

/** One document of a YAML text. */
export interface Part {
  /** The document with the comments in front of it and its marks; the parts of a text joined are the text. */
  readonly text: string;
  readonly document: Document.Parsed<ParsedNode, boolean>;
}

/** Splits a text into its documents. A text without any document gives none. */
export function splitDocuments(text: string): readonly Part[] {
  const documents = parseAllDocuments(text, parseOptions);
  if (!Array.isArray(documents)) return [];
  return documents.map((document, i) => {
    const start = i === 0 ? 0 : (documents[i - 1]?.range[2] ?? 0);
    const end = i === documents.length - 1 ? text.length : document.range[2];
    return { text: text.slice(start, end), document };
  });
}

/** The node at a path of names and indices, or the last one on the way that is there. */
export function nodeAt(document: Document, path: readonly (string | number)[]): Node | null {
  let node: unknown = document.contents;
  for (const part of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(part, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  return isNode(node) ? node : null;
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

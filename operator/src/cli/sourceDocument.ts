import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'yaml';
import { InputError } from './inputError.ts';
import { listsAreIndented, nodeAt, type Part, type Path, parseDocument } from './yaml.ts';
import { editText } from './yamlEdit.ts';
import { rewriteJson, rewriteYaml } from './yamlText.ts';

/** One Kubernetes object in a document; the items of a List are objects of their own. */
export interface SourceObject {
  readonly document: SourceDocument;
  /** Where it is in the document; empty unless it is an item of a List. */
  readonly path: Path;
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where metadata has none. */
  readonly name: string;
  readonly namespace: string | undefined;
  /** The object as plain values, a copy: a change goes back by `replaceValue` of the document. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** Where a document comes from. */
export interface Place {
  /** The file as it was named, or `<stdin>`. */
  readonly file: string;
  /** Which document of the file it is, counted from 1. */
  readonly index: number;
  /** The line of the file on which the document's text begins, counted from 1. */
  readonly line: number;
}

/** One document of an input. As long as nothing is replaced, its text is what was read, byte for byte. */
export class SourceDocument {
  readonly place: Place;
  #text: string;
  #document: Document;
  #objects: readonly SourceObject[];

  /** @throws InputError if the document's aliases stand for more than fits into memory. */
  constructor(place: Place, { text }: Part) {
    this.place = place;
    this.#text = text;
    this.#document = parseDocument(text);
    this.#objects = this.#readObjects();
  }

  /** The objects in the document: none if it is empty or holds something else, several if it is a List. */
  get objects(): readonly SourceObject[] {
    return this.#objects;
  }

  /** The text of the document, with the comments and marks around it. */
  toString(): string {
    return this.#text;
  }

  /**
   * Replaces a value, reformatting as little as possible: only lines that have to change do. Where that cannot be done (a
   * change within a folded text, or of something that has an alias), the document is written anew, with its comments.
   *
   * @param path - The way to a value that is there; empty for the whole document.
   * @param value - What JSON can hold; members that are undefined count as left out.
   * @throws InputError if there is nothing at the path.
   */
  replaceValue(path: Path, value: unknown): void {
    const clean: unknown = JSON.parse(JSON.stringify(value));
    const node = nodeAt(this.#document, path);
    if (node === undefined) throw new InputError(`${this.place.file}: there is nothing at ${path.join('.')}`);
    if (isDeepStrictEqual(node.toJS(this.#document), clean)) return;
    const wanted = withValue(this.#document.toJS(), path, clean);
    const candidates = [
      () => rewriteJson(this.#text, wanted),
      () => editText(this.#text, this.#document, node, clean, listsAreIndented(this.#document)),
      () => rewriteYaml(this.#document, path, clean, listsAreIndented(this.#document)),
      () => rewriteYaml(this.#document, [], wanted, listsAreIndented(this.#document)),
    ];
    for (const candidate of candidates) if (this.#accept(candidate(), wanted)) return;
    throw new InputError(`${this.place.file}: document ${this.place.index} cannot be changed: simplify its YAML`);
  }

  /** The line of the file, counted from 1, on which a value stands, or the nearest value around it. */
  lineOf(path: Path): number {
    const known = path.map((_, i) => path.slice(0, path.length - i));
    const node = known.map((way) => nodeAt(this.#document, way)).find((found) => found !== undefined);
    const start = (node ?? this.#document.contents)?.range?.[0] ?? 0;
    return this.place.line + this.#text.slice(0, start).split('\n').length - 1;
  }

  /** Takes a text as the document's own if it means what it should: a way of writing it may not be able to say it. */
  #accept(text: string | undefined, wanted: unknown): boolean {
    if (text === undefined) return false;
    const document = parseDocument(text);
    if (document.errors.length > 0 || !isDeepStrictEqual(document.toJS(), wanted)) return false;
    this.#text = text;
    this.#document = document;
    this.#objects = this.#readObjects();
    return true;
  }

  #readObjects(): readonly SourceObject[] {
    const value = this.#plainValue();
    if (!isRecord(value)) return [];
    const { kind, items } = value;
    if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return this.#objectAt([], value);
    return items.flatMap((item: unknown, i) => this.#objectAt(['items', i], item));
  }

  /** Through JSON, because what has an alias is one object in two places. The parser counts what aliases stand for. */
  #plainValue(): unknown {
    try {
      return JSON.parse(JSON.stringify(this.#document.toJS() ?? null));
    } catch (error) {
      const { file, line, index } = this.place;
      throw new InputError(`${file}:${line}: ${(error as Error).message} (document ${index})`);
    }
  }

  #objectAt(path: Path, value: unknown): SourceObject[] {
    if (!isRecord(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string') return [];
    const metadata = isRecord(value.metadata) ? value.metadata : {};
    const { name, namespace } = metadata;
    return [
      {
        document: this,
        path,
        apiVersion: value.apiVersion,
        kind: value.kind,
        name: typeof name === 'string' ? name : '',
        namespace: typeof namespace === 'string' ? namespace : undefined,
        value,
      },
    ];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of a value with another one at a path. */
function withValue(root: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(root)) return root.map((item, i) => (i === first ? withValue(item, rest, value) : item));
  const members = isRecord(root) ? root : {};
  return { ...members, [first]: withValue(members[first], rest, value) };
}

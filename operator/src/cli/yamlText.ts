import { Document, isScalar, type Node, type ToStringOptions, visit } from 'yaml';
import { type Path, scalarsOfKubectl } from './yaml.ts';

/** Long texts are not folded. */
const toText: ToStringOptions = { lineWidth: 0 };

/** A value as whole lines in block style. */
export function blockText(value: unknown, indentSeq: boolean): string {
  return plainDocument(value).toString({ ...toText, indentSeq });
}

/** A value on one line, in the style of the flow collection that it replaces. */
export function flowText(value: unknown, old: string): string {
  const document = plainDocument(value);
  visit(document, {
    Collection(_, node) {
      node.flow = true;
    },
  });
  return oneLine(document, { flowCollectionPadding: /^[{] /.test(old) });
}

/** A scalar or an empty collection on one line, quoted as the one that it replaces. */
export function scalarText(value: unknown, old: Node): string {
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value);
  const quoted = isScalar(old) && typeof old.value === 'string' ? old.type : undefined;
  return oneLine(plainDocument(value), {
    defaultStringType: quoted === 'QUOTE_DOUBLE' || quoted === 'QUOTE_SINGLE' ? quoted : 'PLAIN',
  });
}

function oneLine(document: Document, options: ToStringOptions): string {
  // Flow collections of more than 80 columns would be broken, with a width of 0 too.
  return document.toString({ ...toText, ...options, lineWidth: Number.MAX_SAFE_INTEGER }).trimEnd();
}

/** What kubectl would read as something else than a text, such as `off`, is quoted. */
function plainDocument(value: unknown): Document {
  return new Document(value, { ...scalarsOfKubectl, aliasDuplicateObjects: false });
}

/** A whole JSON text in the indentation of the old one, or undefined if the old one is not JSON. */
export function rewriteJson(old: string, value: unknown): string | undefined {
  if (!/^\s*[[{]/.test(old)) return undefined;
  try {
    JSON.parse(old);
  } catch {
    return undefined;
  }
  const [, indent = ''] = /^[[{]\r?\n([ \t]+)/.exec(old.trimStart()) ?? [];
  return JSON.stringify(value, undefined, indent) + (/\s*$/.exec(old)?.[0] ?? '');
}

/** A document written anew with another value at a path; its comments stay, its quotes and indentation are ours. */
export function rewriteYaml(old: Document, path: Path, value: unknown, indentSeq: boolean): string {
  const document = old.clone();
  document.setIn(path, document.createNode(value, { aliasDuplicateObjects: false }));
  return document.toString({ ...toText, indentSeq });
}

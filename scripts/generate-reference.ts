/** Writes docs/reference/*.md of the API from crds/*.yaml. `node scripts/generate-reference.ts` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCrds } from '../operator/src/api/crds.ts';
import { apiVersion, type Kind, kinds } from '../operator/src/api/meta.ts';
import { type CustomResourceDefinition, type Schema, storedSchema } from '../operator/src/api/structural.ts';

/** The page of a kind. */
export function referenceFile(kind: Kind): string {
  return join(import.meta.dirname, '../docs/reference', `${kind.toLowerCase()}.md`);
}

/** The text of the page of one kind: a section for each object, with a table of its fields and the rules for them. */
export function generateReference(crd: CustomResourceDefinition): string {
  const { names, scope } = crd.spec;
  const schema = storedSchema(crd);
  const { spec, status } = schema.properties ?? {};
  const short = (names.shortNames ?? []).map((name) => `\`${name}\``).join(', ');
  const lines = [
    `# ${names.kind}`,
    '',
    '<!-- Generated from crds/ by scripts/generate-reference.ts: change those. -->',
    '',
    schema.description ?? '',
    '',
    `\`apiVersion: ${apiVersion}\`, \`kind: ${names.kind}\`. ${scope === 'Cluster' ? 'Cluster-scoped' : 'Namespaced'}; ` +
      `\`kubectl get ${names.plural}\`, short ${short}.`,
    '',
    ...rulesOf([['metadata.name', { ...schema, properties: {} }]]),
    ...(spec === undefined ? [] : sections('spec', spec)),
    ...(status === undefined ? [] : sections('status', status)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The section of an object and those of the objects in it. */
function sections(path: string, schema: Schema): string[] {
  const fields = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const rows = fields.map(([name, field]) => {
    const presence = required.has(name) ? 'required' : defaultOf(field);
    return `| ${code(name)} | ${typeOf(field)} | ${presence} | ${cell(descriptionOf(field))} |`;
  });
  const table =
    rows.length === 0 ? [] : ['| Field | Type | Default | Meaning |', '| --- | --- | --- | --- |', ...rows, ''];
  const plain = fields.filter(([, field]) => objectIn(field) === undefined);
  const inner = fields.flatMap(([name, field]) => {
    const found = objectIn(field);
    return found === undefined ? [] : sections(`${path}.${name}${field.type === 'array' ? '[]' : ''}`, found);
  });
  const listRules = fields.filter(([, field]) => field.type === 'array' && objectIn(field) !== undefined);
  return [
    `## ${path}`,
    '',
    ...(schema.description === undefined ? [] : [markdown(schema.description), '']),
    ...table,
    ...rulesOf([['', { ...schema, properties: {} }], ...listRules.map(withoutItems), ...plain]),
    ...inner,
  ];
}

function withoutItems([name, { items: _, ...rest }]: readonly [string, Schema]): [string, Schema] {
  return [name, rest];
}

/** The object that a field is, or that the items of its list are. */
function objectIn(field: Schema): Schema | undefined {
  const inner = field.type === 'array' ? field.items : field;
  return inner?.type === 'object' && inner.additionalProperties === undefined && inner.properties !== undefined
    ? inner
    : undefined;
}

function rulesOf(fields: readonly (readonly [string, Schema])[]): string[] {
  const rules = fields.flatMap(([name, field]) => {
    const own = (field['x-kubernetes-validations'] ?? []).map(({ message }) => ({ name, message }));
    const items = (field.items?.['x-kubernetes-validations'] ?? []).map(({ message }) => ({ name, message }));
    return [...own, ...items];
  });
  if (rules.length === 0) return [];
  return [
    'Refused with the message:',
    '',
    ...rules.map(({ name, message }) => `- ${name === '' ? '' : `${code(name)}: `}${markdown(message)}`),
    '',
  ];
}

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string']) return 'quantity';
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => code(String(value))).join(', ')}`;
  if (schema.type === 'array' && schema.items !== undefined) {
    return `list of ${typeOf(schema.items)}${bounds(', ', schema.minItems, schema.maxItems, 'items')}`;
  }
  if (schema.additionalProperties !== undefined) {
    return `map of ${typeOf(schema.additionalProperties)}${bounds(', ', undefined, schema.maxProperties, 'entries')}`;
  }
  if (schema.type === 'string') {
    return `string${bounds(', ', undefined, schema.maxLength, 'characters')}`;
  }
  if (schema.type === 'integer' && schema.maximum !== undefined) {
    return `integer from ${schema.minimum} to ${schema.maximum}`;
  }
  return schema.type ?? 'any';
}

function bounds(separator: string, least: number | undefined, most: number | undefined, unit: string): string {
  if (most === undefined) return '';
  return `${separator}${least === undefined ? 'at most' : `${least} to`} ${most} ${unit}`;
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined) return '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A list without a description of its own is described by its items. */
function descriptionOf(field: Schema): string {
  return field.description ?? field.items?.description ?? '';
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return markdown(text).replaceAll('|', '\\|');
}

/** Angle brackets would be read as HTML, and asterisks as emphasis. */
function markdown(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

if (import.meta.main) {
  const crds = readCrds();
  for (const kind of kinds) writeFileSync(referenceFile(kind), generateReference(crds[kind]));
}

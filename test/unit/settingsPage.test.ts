import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings, settingsSchema } from '../../operator/src/plan/settings.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/settings.md'), 'utf8');

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
}

/** What the page must say of a field: its type and its default. */
function rowsOf(schema: Schema, path: readonly string[]): (readonly [string, string, string])[] {
  if (schema.type !== 'object') return [[path.join('.'), typeText(schema), defaultText(schema.default)]];
  const { properties = {}, additionalProperties } = schema;
  const members = typeof additionalProperties === 'object' ? { ...properties, '*': additionalProperties } : properties;
  return Object.entries(members).flatMap(([name, member]) => rowsOf(member, [...path, name]));
}

function typeText({ type, enum: choices, pattern, minimum, items }: Schema): string {
  if (choices !== undefined) return `one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`;
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (pattern !== undefined) return 'quantity';
  return [type].flat().join(' or ') + (minimum === undefined ? '' : `, from ${minimum}`);
}

function defaultText(value: unknown): string {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

const rows = [...page.matchAll(/^\| `(.+?)` \| (.*?) \| ?(.*?) ?\| (.+) \|$/gm)].map(([, ...cells]) => cells);

test('the page has every setting, in the order of the schema, with its type and default', () => {
  expect(rows.map((cells) => cells.slice(0, 3))).toEqual(rowsOf(settingsSchema as Schema, []));
});

test('every setting has an example that is valid', () => {
  const examples = rows.map(([path = '', , , meaning = '']) => {
    const example = / Example: `(.+)`$/.exec(meaning)?.[1];
    if (example === undefined) throw new Error(`${path} has no example`);
    const parts = path.split('.').filter((part) => part !== '*');
    return parts.reduceRight<unknown>((inner, name) => ({ [name]: inner }), parse(example));
  });
  expect(examples.length).toBeGreaterThan(10);
  for (const example of examples) expect(readSettings(example)).toMatchObject(example as object);
});

test('the whole example is valid', () => {
  const example = /```yaml\n(.*?)```/s.exec(page)?.[1];
  expect(readSettings(parse(example ?? 'none:'))).toMatchObject({ runAsUser: null, logs: { hostPath: 'denied' } });
});

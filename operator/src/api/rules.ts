import { parse } from '@marcbachmann/cel-js';
import type { SchemaProblem } from './schemaProblem.ts';
import { memberSchema, type Rule, type Schema } from './structural.ts';
import { isObject, walk } from './walk.ts';

type Expression = ReturnType<typeof parse>;

/**
 * Compiles the CEL rules of a structural schema.
 *
 * @throws Error of the CEL library if a rule is not an expression.
 */
export function compileRules(schema: Schema): (value: unknown) => SchemaProblem[] {
  const expressions = new Map<string, Expression>();
  for (const { rule } of allRules(schema)) expressions.set(rule, expressions.get(rule) ?? parse(rule));
  return (value) => {
    const problems: SchemaProblem[] = [];
    walk(schema, value, '', (at, self, path) => {
      for (const { rule, message, fieldPath } of at['x-kubernetes-validations'] ?? []) {
        const expression = expressions.get(rule);
        if (expression === undefined || holds(expression, celValue(at, self))) continue;
        problems.push({ field: `${path}${fieldPath ?? ''}`.replace(/^[.]/, ''), message });
      }
    });
    return problems;
  };
}

/** Every rule of a schema, with those of the schemas below it. */
export function allRules(schema: Schema): Rule[] {
  const below = [...Object.values(schema.properties ?? {}), schema.additionalProperties, schema.items];
  return [
    ...(schema['x-kubernetes-validations'] ?? []),
    ...below.flatMap((child) => (child === undefined ? [] : allRules(child))),
  ];
}

/** A rule that cannot be evaluated counts as broken, as in the API server. */
function holds(expression: Expression, self: unknown): boolean {
  try {
    return expression({ self }) === true;
  } catch {
    return false;
  }
}

/**
 * A value as CEL takes it: whole numbers have a type of their own, and a Map keeps keys that people choose apart from the
 * properties that JavaScript gives to objects.
 */
function celValue(schema: Schema, value: unknown): unknown {
  if (schema.type === 'integer' && typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => celValue(items, item));
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const child = memberSchema(schema, name);
    return [name, child === undefined ? member : celValue(child, member)];
  });
  return schema.additionalProperties === undefined ? Object.fromEntries(members) : new Map(members);
}

import { Ajv, type DefinedError, type ValidateFunction } from 'ajv';
import { itemPath, memberPath, pointerPath } from './fieldPath.ts';
import type { SchemaProblem } from './schemaProblem.ts';
import type { Schema } from './structural.ts';
import { isObject, walk } from './walk.ts';

/** What the API server's check of one value of a schema found. */
export interface ConstraintProblem extends SchemaProblem {
  /** Whether the API server leaves the CEL rules unchecked because of it. */
  readonly blocking: boolean;
}

/** RFC 3339, section 5.6. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Compiles the check of everything in a structural schema but its CEL rules. */
export function compileConstraints(schema: Schema): (value: unknown) => ConstraintProblem[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const format of ['int32', 'int64']) ajv.addFormat(format, true);
  ajv.addFormat('date-time', dateTime);
  const validate = ajv.compile(jsonSchema(schema));
  return (value) => [...ajvProblems(validate, value), ...duplicates(schema, value)];
}

/** JSON Schema that means what the structural schema means; ajv knows nothing of Kubernetes' extensions. */
function jsonSchema(schema: Schema): Record<string, unknown> {
  const { properties, additionalProperties, items, ...rest } = schema;
  const members = Object.entries(properties ?? {}).map(([name, child]) => [name, jsonSchema(child)]);
  return {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] && { type: ['integer', 'string'] }),
    ...(properties && { properties: Object.fromEntries(members) }),
    ...(additionalProperties && { additionalProperties: jsonSchema(additionalProperties) }),
    ...(items && { items: jsonSchema(items) }),
  };
}

function ajvProblems(validate: ValidateFunction, value: unknown): ConstraintProblem[] {
  if (validate(value)) return [];
  return (validate.errors as DefinedError[]).map((error) => {
    const at = pointerPath(value, error.instancePath);
    const field = error.keyword === 'required' ? memberPath(at, error.params.missingProperty) : at;
    return { field, message: text(error), blocking: blockingKeywords.has(error.keyword) };
  });
}

/** `hasBlockingErr` of k8s.io/apiextensions-apiserver: required, type, enum, too long and too many. */
const blockingKeywords: ReadonlySet<string> = new Set([
  'required',
  'type',
  'enum',
  'maxLength',
  'maxItems',
  'maxProperties',
]);

function text(error: DefinedError): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'type':
      return `must be of type ${[error.params.type].flat().join(' or ')}`;
    case 'enum':
      return `must be one of ${error.params.allowedValues.join(', ')}`;
    case 'minLength':
      return error.params.limit === 1 ? 'must not be empty' : `must have at least ${error.params.limit} characters`;
    case 'maxLength':
      return `must have at most ${error.params.limit} characters`;
    case 'minItems':
      return `must have at least ${error.params.limit} item${error.params.limit === 1 ? '' : 's'}`;
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${error.params.limit} items`;
    case 'minimum':
      return `must be at least ${error.params.limit}`;
    case 'maximum':
      return `must be at most ${error.params.limit}`;
    case 'pattern':
      return `must match ${error.params.pattern}`;
    default:
      return error.message ?? error.keyword;
  }
}

/** Items of a `set` that are equal, and items of a `map` with equal keys. */
function duplicates(schema: Schema, value: unknown): ConstraintProblem[] {
  const problems: ConstraintProblem[] = [];
  walk(schema, value, '', (at, list, path) => {
    const keyOf = listKey(at);
    if (keyOf === undefined || !Array.isArray(list)) return;
    const seen = new Set<string>();
    list.forEach((item, i) => {
      const key = keyOf(item);
      if (seen.has(key)) {
        problems.push({ field: itemPath(path, i), message: `is in the list twice: ${key}`, blocking: false });
      }
      seen.add(key);
    });
  });
  return problems;
}

function listKey(schema: Schema): ((item: unknown) => string) | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return (item) => JSON.stringify(item);
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined) return undefined;
  return (item) => keys.map((key) => `${key} ${JSON.stringify(isObject(item) ? item[key] : undefined)}`).join(', ');
}

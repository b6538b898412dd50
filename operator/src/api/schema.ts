import { compileConstraints } from './constraints.ts';
import type { Crds } from './crds.ts';
import { unknownFields, withDefaults } from './defaulting.ts';
import type { Broker } from './generated/broker.ts';
import type { LogSink } from './generated/logSink.ts';
import type { Microservice } from './generated/microservice.ts';
import { apiVersion, type Kind, kinds } from './meta.ts';
import { compileRules } from './rules.ts';
import type { SchemaProblem } from './schemaProblem.ts';
import { type CustomResourceDefinition, type Schema, storedSchema } from './structural.ts';
import { isObject } from './walk.ts';

/** The type of the objects of each kind. */
export interface Objects {
  readonly Microservice: Microservice;
  readonly Broker: Broker;
  readonly LogSink: LogSink;
}

/** An object as the API server would store it, or why it would not. */
export type Checked<T> =
  | { readonly valid: true; readonly object: T }
  | { readonly valid: false; readonly problems: readonly SchemaProblem[] };

/** Checks objects of Standpipe's kinds without a cluster, as the API server does under strict field validation. */
export interface SchemaChecker {
  /** Checks an object of one kind and fills in its defaults. */
  check<K extends Kind>(kind: K, object: unknown): Checked<Objects[K]>;
}

/** Whether an object says that it is of one of Standpipe's kinds; its content is not looked at. */
export function kindOf(object: unknown): Kind | undefined {
  if (!isObject(object) || object.apiVersion !== apiVersion) return undefined;
  return kinds.find((kind) => kind === object.kind);
}

/** Compiles the CustomResourceDefinitions once; the result is meant to be kept. */
export function compileChecker(crds: Crds): SchemaChecker {
  const checks = {
    Microservice: compileKind<Microservice>(crds.Microservice),
    Broker: compileKind<Broker>(crds.Broker),
    LogSink: compileKind<LogSink>(crds.LogSink),
  };
  return {
    check: <K extends Kind>(kind: K, object: unknown) => checks[kind](object) as Checked<Objects[K]>,
  };
}

function compileKind<T>(crd: CustomResourceDefinition): (object: unknown) => Checked<T> {
  const schema = checkedSchema(storedSchema(crd));
  const constraints = compileConstraints(schema);
  const rules = compileRules(schema);
  return (given) => {
    const unknown = unknownFields(schema, given);
    const object = withDefaults(schema, given);
    const broken = constraints(object);
    const rulesBroken = broken.some(({ blocking }) => blocking) ? [] : rules(object);
    const problems = [...unknown, ...broken.map(({ field, message }) => ({ field, message })), ...rulesBroken];
    return problems.length === 0 ? { valid: true, object: object as T } : { valid: false, problems };
  };
}

/** The schema with what the API server demands of every object: a type, and metadata with a name. */
function checkedSchema(schema: Schema): Schema {
  const { metadata } = schema.properties ?? {};
  const members = { ...objectMeta.properties, ...metadata?.properties };
  return {
    ...schema,
    required: ['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])],
    properties: { ...schema.properties, metadata: { ...objectMeta, properties: members } },
  };
}

const strings: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** `ObjectMeta` of k8s.io/apimachinery, as far as people write it. What the server writes is let through. */
const objectMeta: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    labels: strings,
    annotations: strings,
    finalizers: { type: 'array', items: { type: 'string' } },
    ...Object.fromEntries(
      [
        'creationTimestamp',
        'deletionGracePeriodSeconds',
        'deletionTimestamp',
        'generateName',
        'generation',
        'managedFields',
        'ownerReferences',
        'resourceVersion',
        'selfLink',
        'uid',
      ].map((name): [string, Schema] => [name, { 'x-kubernetes-preserve-unknown-fields': true }]),
    ),
  },
};

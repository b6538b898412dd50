/** A rule of `x-kubernetes-validations`. */
export interface Rule {
  /** An expression of CEL that must be true. `self` is the value that the rule stands at. */
  readonly rule: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
  /** The field below the rule's value that the message is about, such as `.ports`. */
  readonly fieldPath?: string;
}

/**
 * A structural schema of a CustomResourceDefinition: the part of JSON Schema that the API server accepts and Standpipe's
 * own definitions use. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly (string | number)[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** The parts of a CustomResourceDefinition that are read here. */
export interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames?: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/**
 * The schema of the version that is stored.
 *
 * @throws Error if the definition has no stored version.
 */
export function storedSchema(crd: CustomResourceDefinition): Schema {
  const version = crd.spec.versions.find(({ storage }) => storage);
  if (version === undefined) throw new Error(`the definition of ${crd.spec.names.kind} has no stored version`);
  return version.schema.openAPIV3Schema;
}

/** The schema of a member of an object, undefined for a field that the schema does not have. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

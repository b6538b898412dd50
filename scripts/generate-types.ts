/**
 * Writes operator/src/api/generated/*.ts from crds/*.yaml. `node scripts/generate-types.ts`
 *
 * The types describe objects as the API server hands them out: a field with a default is always there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { readCrds } from '../operator/src/api/crds.ts';
import { apiVersion, type Kind, kinds } from '../operator/src/api/meta.ts';
import { type CustomResourceDefinition, type Schema, storedSchema } from '../operator/src/api/structural.ts';

type JsonSchema = Parameters<typeof compile>[0];

const banner = `// Generated from crds/*.yaml by scripts/generate-types.ts: change those.
import type { ObjectMeta } from '../meta.ts';
`;

/** The file that holds the types of a kind. */
export function typesFile(kind: Kind): string {
  const name = kind.charAt(0).toLowerCase() + kind.slice(1);
  return join(import.meta.dirname, '../operator/src/api/generated', `${name}.ts`);
}

/** The TypeScript source of the types of one kind. */
export async function generateTypes(crd: CustomResourceDefinition): Promise<string> {
  const kind = crd.spec.names.kind;
  const source = await compile(topSchema(kind, storedSchema(crd)), kind, {
    additionalProperties: false,
    bannerComment: banner,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  return asReadonly(source);
}

function topSchema(kind: string, schema: Schema): JsonSchema {
  const { metadata: _metadata, apiVersion: version, kind: kindName, ...rest } = schema.properties ?? {};
  const properties = Object.fromEntries(
    Object.entries(rest).map(([name, child]) => [
      name,
      typed(`${kind}${capital(name)}`, child, name === 'spec' ? kind : undefined),
    ]),
  );
  // The default of the status only says that nobody has looked yet; what Standpipe makes itself has none.
  const defaulted = Object.keys(rest).filter((name) => name !== 'status' && rest[name]?.default !== undefined);
  return {
    type: 'object',
    title: kind,
    description: schema.description ?? '',
    required: ['apiVersion', 'kind', 'metadata', ...new Set([...(schema.required ?? []), ...defaulted])],
    properties: {
      apiVersion: { description: version?.description, tsType: `'${apiVersion}'` },
      kind: { description: kindName?.description, tsType: `'${kind}'` },
      metadata: { tsType: 'ObjectMeta' },
      ...properties,
    },
  } as JsonSchema;
}

/** `prefix` begins the names of the types below; it leaves out `Spec`, so that a port is a MicroservicePort. */
function typed(name: string, schema: Schema, prefix = name): JsonSchema {
  const { description } = schema;
  if (schema['x-kubernetes-int-or-string']) return { description, tsType: 'number | string' } as JsonSchema;
  if (schema['x-kubernetes-preserve-unknown-fields']) {
    return { description, tsType: 'Readonly<Record<string, unknown>>' } as JsonSchema;
  }
  if (schema.type === 'array' && schema.items !== undefined) {
    return { type: 'array', description, items: typed(singular(name), schema.items) } as JsonSchema;
  }
  if (schema.type !== 'object') {
    return { type: schema.type, description, ...(schema.enum && { enum: schema.enum }) } as JsonSchema;
  }
  if (schema.additionalProperties !== undefined) {
    return {
      type: 'object',
      description,
      additionalProperties: typed(name, schema.additionalProperties),
    } as JsonSchema;
  }
  const properties = schema.properties ?? {};
  const defaulted = Object.keys(properties).filter((key) => properties[key]?.default !== undefined);
  return {
    type: 'object',
    title: name,
    description,
    required: [...new Set([...(schema.required ?? []), ...defaulted])],
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, child]) => [key, typed(`${prefix}${capital(key)}`, child)]),
    ),
  } as JsonSchema;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function singular(name: string): string {
  if (name.endsWith('ss')) return name;
  return name.endsWith('shes') ? name.slice(0, -2) : name.replace(/s$/, '');
}

function asReadonly(source: string): string {
  return source
    .replace(/^( +)(\S+\??|\[k: string\]): /gm, '$1readonly $2: ')
    .replace(/: ([^:;]+\[\]);$/gm, ': readonly $1;');
}

if (import.meta.main) {
  const crds = readCrds();
  for (const kind of kinds) writeFileSync(typesFile(kind), await generateTypes(crds[kind]));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { container } from './workloads.ts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

/** A declaration in which every string of the schema stands, with a value that is right. */
export const valid = {
  apiVersion: 'standpipe.dev/v1alpha1',
  kind: 'Microservice',
  metadata: { name: 'attack' },
  spec: {
    workload: { kind: 'Deployment', name: 'app', containers: ['app'] },
    service: 'app',
    ports: [{ name: 'http', port: 8080, protocol: 'http', env: 'PORT', container: 'app' }],
    bindings: [
      { name: 'events', brokerName: 'main' },
      { name: 'peer', microservice: { name: 'peer', port: 'http' } },
      { name: 'db', secretName: 'db', type: 'postgresql', provider: 'bitnami' },
      { name: 'cache', service: { apiVersion: 'example.com/v1', kind: 'Redis', name: 'r1' } },
    ],
    publishes: [{ topic: 'orders.created', binding: 'events' }],
    subscribes: [
      {
        topic: 'payments.settled',
        binding: 'events',
        group: 'shop.orders',
        deliver: { port: 'http', path: '/events', timeout: '30s', deadLetter: { topic: 'orders.dlq' } },
      },
    ],
    logging: {
      source: 'files',
      files: ['/var/log/app/*.log'],
      sinkName: 'central',
      redact: { fields: ['email'], patterns: ['[0-9]{13,19}'] },
      drain: { timeout: '10s' },
    },
    metrics: { scrape: [{ port: 'http', path: '/metrics' }] },
  },
} satisfies Record<string, Json>;

const values = [
  'a\nb',
  'a"\n[INPUT]\n  Name exec',
  '../../etc/passwd',
  '\u0024{HOME}',
  'x\u0000y',
  'a\u001b[2J',
  'y'.repeat(20_000),
];

/** A regular expression may hold anything that neither expands nor breaks a line. */
const harmless: ReadonlySet<string> = new Set(['.spec.logging.redact.patterns[0] = ../../etc/passwd']);

/** A declaration with one string that means harm. They are made from the schema: a new field is attacked without being listed. */
interface Attack {
  /** The field, for example `.spec.service`. */
  readonly path: string;
  readonly value: string;
  /** The declaration; its name is `attack-` and the number of the attack. */
  readonly object: Json;
}

function schemaOf(): Schema {
  const file = join(import.meta.dirname, '../../crds/standpipe.dev_microservices.yaml');
  const crd = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  return crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
}

type Path = readonly (string | number)[];

/** The paths of all strings without an enumeration, by the first item of each list that has the field. */
function strings(schema: Schema, value: Json | undefined, path: Path): Path[] {
  if (schema.type === 'string') return schema.enum === undefined ? [path] : [];
  if (schema.items !== undefined) {
    const items = Array.isArray(value) ? (value as readonly Json[]) : [];
    return items.flatMap((item, i) => strings(schema.items ?? {}, item, [...path, i]));
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const member = (value as Record<string, Json> | undefined)?.[name];
    return member === undefined ? [] : strings(child, member, [...path, name]);
  });
}

function replaced(value: Json, [step, ...rest]: Path, text: string): Json {
  if (step === undefined) return text;
  if (Array.isArray(value)) return value.map((item: Json, i) => (i === step ? replaced(item, rest, text) : item));
  const object = value as Record<string, Json>;
  return { ...object, [step]: replaced(object[step] ?? '', rest, text) };
}

const paths = strings(schemaOf(), valid.spec, []).map((path) => ['spec', ...path]);

export const attacks: readonly Attack[] = paths
  .flatMap((steps) => {
    const path = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return values.map((value) => ({ steps, path, value }));
  })
  .filter(({ path, value }) => !harmless.has(`${path} = ${value}`))
  .map(({ steps, path, value }, i) => {
    const object = replaced({ ...valid, metadata: { name: `attack-${i}` } }, steps, value);
    return { path, value, object };
  });

/** A pod that says that it belongs to the Microservice `app`. */
export function labelledPod(name: string, metadata: object = {}, containers: readonly object[] = [container]) {
  const labels = { 'standpipe.dev/microservice': 'app' };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, ...metadata }, spec: { containers } };
}

/** A stored Plan of the Microservice `app` that nobody but the controller should be able to make. */
export function forgedPlan(namespace: string, name: string, labels: object) {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, labels: { 'standpipe.dev/owner': 'app', ...labels } },
    revision: 1000,
    data: {
      format: 1,
      microservice: 'app',
      namespace,
      containers: [],
      ports: [],
      bindings: [{ name: 'x', secretName: 'somebody-elses', entries: [], files: true, env: [] }],
      sidecar: { image: 'evil.example/sidecar', imagePullPolicy: 'Always', imagePullSecrets: [], runAsUser: 0 },
      metrics: { inbound: 'off', expose: 'none', scrapeDeclared: false, resources: { requests: {}, limits: {} } },
      logs: null,
    },
  };
}

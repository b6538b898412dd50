import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { apiVersion } from '../api/meta.ts';
import { kindOf, type SchemaChecker } from '../api/schema.ts';
import type { Settings } from '../plan/settings.ts';
import type { World } from '../plan/world.ts';
import { problemAt } from './documents.ts';
import { type FoundTemplate, podTemplateOf } from './podTemplates.ts';
import type { SourceDocument, SourceObject } from './sourceDocument.ts';

/** A Microservice of the input, with the place it came from. */
export interface FoundMicroservice {
  readonly source: SourceObject;
  readonly object: Microservice;
  readonly namespace: string;
}

/** An input, sorted: what Standpipe reads and what it may inject. */
export interface Manifests {
  readonly microservices: readonly FoundMicroservice[];
  readonly brokers: readonly Broker[];
  readonly sinks: readonly LogSink[];
  readonly templates: readonly FoundTemplate[];
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly namespace: string;
}

/**
 * Sorts the objects of an input, and checks those of Standpipe's kinds as the API server would.
 * @param namespace the namespace of objects that name none
 * @returns the sorted input, or a line for each fault, with file, object and field
 */
export function sortManifests(
  documents: readonly SourceDocument[],
  checker: SchemaChecker,
  namespace: string,
): Manifests | string[] {
  const objects = documents.flatMap((document) => document.objects);
  const faults: string[] = [];
  const microservices: FoundMicroservice[] = [];
  const [brokers, sinks]: [Broker[], LogSink[]] = [[], []];
  for (const source of objects) {
    const kind = kindOf(source.value);
    if (kind === undefined) {
      if (isMeantForUs(source)) faults.push(problemAt(source, '', unknownKind));
      continue;
    }
    const checked = checker.check(kind, source.value);
    if (!checked.valid) {
      faults.push(...checked.problems.map(({ field, message }) => problemAt(source, field, message)));
    } else if (checked.object.kind === 'Microservice') {
      const found = { source, object: checked.object, namespace: source.namespace ?? namespace };
      const twice = microservices.some(
        (other) => other.namespace === found.namespace && other.source.name === source.name,
      );
      if (twice)
        faults.push(problemAt(source, 'metadata.name', `is declared twice in namespace ${found.namespace}: leave one`));
      microservices.push(found);
    } else if (checked.object.kind === 'Broker') brokers.push(checked.object);
    else sinks.push(checked.object);
  }
  if (faults.length > 0) return faults;
  const templates = objects.flatMap((object) => podTemplateOf(object) ?? []);
  return { microservices, brokers, sinks, templates, namespaceLabels: labelsOf(objects), namespace };
}

/** What `resolve` reads about one Microservice, from the input alone. */
export function worldOf(manifests: Manifests, found: FoundMicroservice, settings: Settings): World {
  const name = found.namespace;
  const inNamespace = manifests.microservices.filter(({ namespace }) => namespace === name);
  const labels = { ...manifests.namespaceLabels.get(name), 'kubernetes.io/metadata.name': name };
  return {
    microservice: found.object,
    brokers: manifests.brokers,
    sinks: manifests.sinks,
    peers: inNamespace.map(({ object }) => object),
    services: null,
    policies: [],
    // The cluster is not known here; the controller asks it.
    namedPorts: true,
    namespace: { name, labels },
    settings,
  };
}

const [group] = apiVersion.split('/');
const unknownKind = `is not a kind of this version: use apiVersion ${apiVersion} and kind Microservice, Broker or LogSink`;

/** A slip in the kind or the version must not pass as somebody else's object. */
function isMeantForUs({ apiVersion: version }: SourceObject): boolean {
  return version.startsWith(`${group}/`);
}

function labelsOf(objects: readonly SourceObject[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const namespaces = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace');
  return new Map(
    namespaces.map(({ name, value }) => {
      const { metadata } = value as { readonly metadata?: { readonly labels?: Record<string, string> } };
      return [name, metadata?.labels ?? {}];
    }),
  );
}

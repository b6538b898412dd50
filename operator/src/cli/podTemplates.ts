import type { PodTemplate } from '../inject/template.ts';
import type { SourceObject } from './sourceDocument.ts';
import type { Path } from './yaml.ts';

/** A pod template within an object of the input. */
export interface FoundTemplate {
  readonly object: SourceObject;
  /** The way to it within the document. */
  readonly path: Path;
  /** Without members that are null: to the API server they are left out, and templates of charts are full of them. */
  readonly template: PodTemplate;
}

/** Where objects keep their pod template: a Pod is one itself, a CronJob has it in its Job, all others at one place. */
const places: readonly Path[] = [
  ['spec', 'jobTemplate', 'spec', 'template'],
  ['spec', 'template'],
];

/** The pod template of an object of any kind, or undefined where it has none. */
export function podTemplateOf(object: SourceObject): FoundTemplate | undefined {
  const candidates = object.apiVersion === 'v1' && object.kind === 'Pod' ? [[]] : places;
  for (const place of candidates) {
    const value = place.reduce<unknown>(
      (at, part) => (at as Record<string, unknown> | undefined)?.[part],
      object.value,
    );
    if (isTemplate(value)) return { object, path: [...object.path, ...place], template: withoutNulls(value) };
  }
  return undefined;
}

function isTemplate(value: unknown): value is PodTemplate {
  const spec = (value as { readonly spec?: { readonly containers?: unknown } } | null | undefined)?.spec;
  return Array.isArray(spec?.containers);
}

function withoutNulls<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_, member: unknown) => member ?? undefined));
}

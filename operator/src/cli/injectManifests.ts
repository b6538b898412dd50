import { reasons } from '../api/reasons.ts';
import { inject } from '../inject/inject.ts';
import { withMarks } from '../inject/marks.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import type { Settings } from '../plan/settings.ts';
import { problemAt } from './documents.ts';
import type { Manifests } from './manifests.ts';
import { planManifests } from './planManifests.ts';
import type { FoundTemplate } from './podTemplates.ts';

/** What became of an input. */
export interface InjectReport {
  /** What stops the whole: file, object and field of each. Then nothing was changed. */
  readonly faults: readonly string[];
  /** What was done to each workload, or why nothing was. */
  readonly notes: readonly string[];
}

/** What is said of a declared field that is not built. */
export const notBuilt = 'this version does not have it yet; it changes nothing';

/** Injects the workloads of an input, in place. Everything is checked before anything is changed. */
export function injectManifests(manifests: Manifests, settings: Settings): InjectReport {
  const planned = planManifests(manifests, settings);
  const faults = planned.flatMap((each) => ('faults' in each ? each.faults : []));
  if (faults.length > 0) return { faults, notes: [] };
  const valid = planned.flatMap((each) => ('faults' in each ? [] : each));
  const unbuilt = valid.flatMap(({ microservice, resolution }) =>
    resolution.unbuilt.map((field) => problemAt(microservice.source, field, notBuilt)),
  );
  const done = valid.flatMap(({ resolution: { plan }, targets }) => targets.map((found) => injectOne(found, plan)));
  return { faults, notes: [...unbuilt, ...done] };
}

function injectOne({ object, path, template }: FoundTemplate, plan: Plan): string {
  const { file } = object.document.place;
  const subject = `${file}:${object.document.lineOf(object.path)}: ${object.kind}/${object.name}`;
  const result = inject(withMarks(template, plan.microservice, revisionOf(plan)), plan);
  if ('skip' in result) return `${subject}: not injected (${result.skip}): ${reasons[result.skip].text}`;
  object.document.replaceValue(path, result.template);
  const { sidecars, tap } = result.record;
  const untapped = tap === 'Tapped' ? '' : `; inbound traffic not counted (${tap}): ${reasons[tap].text}`;
  return `${subject}: injected ${sidecars.join(' and ')}${untapped}`;
}

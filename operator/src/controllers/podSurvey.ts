import { revisionAnnotation } from '../api/names.ts';
import type { SkipReason } from '../api/reasons.ts';
import { inject } from '../inject/inject.ts';
import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Plan } from '../plan/plan.ts';
import { isAlive, sidecarFault } from './health.ts';

/** The pods of a Microservice, counted. Each is judged by its own record, never by the template's. */
export interface PodSurvey {
  readonly injected: number;
  /** Injected with another revision than the current one. */
  readonly stale: number;
  /** Not injected although they could be. */
  readonly missing: number;
  readonly skipped: readonly { readonly name: string; readonly reason: SkipReason }[];
  /** What keeps sidecars from running, one text for each pod that has such a sidecar. */
  readonly faults: readonly string[];
}

/** Surveys the pods that run or are about to. */
export function surveyPods(pods: readonly Pod[], plan: Plan, revision: string): PodSurvey {
  let [injected, stale, missing] = [0, 0, 0];
  const skipped: { name: string; reason: SkipReason }[] = [];
  const alive = pods.filter(isAlive);
  for (const pod of alive) {
    const template = pod as unknown as PodTemplate;
    const record = recordOf(template);
    if (record !== null) {
      injected += 1;
      if (record.revision !== revision) stale += 1;
      continue;
    }
    const result = inject(template, plan);
    if ('skip' in result) skipped.push({ name: pod.metadata.name, reason: result.skip });
    else missing += 1;
  }
  const faults = alive.map(sidecarFault).filter((fault) => fault !== undefined);
  return { injected, stale, missing, skipped, faults };
}

/** The revisions that living pods use or ask for: their Plans must be kept. */
export function revisionsInUse(pods: readonly Pod[]): ReadonlySet<string> {
  const alive = pods.filter(isAlive);
  const used = alive.map((pod) => recordOf(pod as unknown as PodTemplate)?.revision);
  const asked = alive.map((pod) => pod.metadata.annotations?.[revisionAnnotation]);
  return new Set([...used, ...asked].filter((revision) => revision !== undefined));
}

import { microserviceLabel } from '../../api/names.ts';
import { type Reason, reasons, type SkipReason } from '../../api/reasons.ts';
import { sidecarFault } from '../../controllers/health.ts';
import { marksOf } from '../../controllers/workloads.ts';
import { inject } from '../../inject/inject.ts';
import type { InjectionRecord } from '../../inject/record.ts';
import type { PodTemplate } from '../../inject/template.ts';
import { asDeclared } from './conditionLines.ts';
import type { PodFacts } from './podFacts.ts';
import { type Said, say, warn } from './said.ts';

/** What was done to an injected pod, by the record that it carries. */
export function injectedLines({ pod, microservice }: PodFacts, record: InjectionRecord): Said[] {
  const { revision, sidecars, tap, taps } = record;
  const current = microservice.found?.status?.revision;
  const ports = taps.map((port) => `${port.name} at ${port.listen}`).join(', ');
  const fault = sidecarFault(pod);
  return [
    say(`injected: ${sidecars.join(' and ')}`),
    revisionLine(revision, current),
    ...(ports === '' ? [] : [say(`traffic is counted of ${ports}`)]),
    ...(tap === 'Tapped' ? [] : [because(tap, `traffic is not counted (${tap})`)]),
    ...(fault === undefined ? [] : [warn(`${fault}: see kubectl describe pod`)]),
  ];
}

function revisionLine(revision: string, current: string | undefined): Said {
  if (current === undefined) return say(`revision ${revision}`);
  if (current === revision) return say(`revision ${revision}, the current one`);
  return warn(`revision ${revision}; the current one is ${current}, which pods get when they are replaced`);
}

/** Why a pod has no sidecars: what the webhook decides is decided here once more. */
export function bareLines(facts: PodFacts): Said[] {
  const { pod, microservice, plan } = facts;
  const label = pod.metadata.labels?.[microserviceLabel];
  if (label === undefined) return [bare('NotMarked', unlabelledText(facts))];
  if (microservice.found === undefined && microservice.refused === undefined) {
    return [bare('PlanMissing', `There is no Microservice ${label} in the namespace, which the pod's label names.`)];
  }
  if (plan.refused !== undefined) return [warn('not injected; without the stored Plan there is no saying why')];
  if (plan.found === undefined) return [because('PlanMissing', 'not injected (PlanMissing)')];
  const result = inject(pod as unknown as PodTemplate, plan.found);
  return 'skip' in result ? [because(result.skip, `not injected (${result.skip})`)] : [awayLine(facts)];
}

function unlabelledText({ owner, microservice, workload }: PodFacts): string {
  const what = owner === undefined ? 'the pod' : `${owner.kind} ${owner.name}`;
  if (workload.found !== undefined && marksOf(workload.found) !== null) {
    return `The pod is older than the label on the template of ${what}, whose rollout replaces it.`;
  }
  if (microservice.refused !== undefined) return reasons.NotMarked.text;
  return microservice.found === undefined
    ? `No Microservice of the namespace is for ${what}: declare one, or put the label of one on the pods.`
    : `Its Microservice has not put the label on ${what}: the condition Injected below says why.`;
}

function awayLine({ pod, owner }: PodFacts): Said {
  const replaced = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(owner?.kind ?? '');
  const next = replaced ? 'The controller replaces it.' : 'Nothing replaces it: create it anew.';
  const created = pod.metadata.creationTimestamp ?? 'an unknown time';
  return warn(
    `not injected, although it could be: the webhook did not answer, or was not asked, at ${created}. ${next}`,
  );
}

function bare(reason: SkipReason, text: string): Said {
  return warn(`not injected (${reason}). ${text}`);
}

function because(reason: Reason, text: string): Said {
  return (asDeclared.includes(reason) ? say : warn)(`${text}. ${reasons[reason].text}`);
}

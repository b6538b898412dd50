import { microserviceLabel, revisionAnnotation } from '../api/names.ts';
import { type Reason, reasons, type SkipReason } from '../api/reasons.ts';
import { inject } from '../inject/inject.ts';
import { patchBetween } from '../inject/patch.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { AdmissionHandler, AdmissionRequest, AdmissionResponse } from './admissionReview.ts';
import type { PlanFinder } from './planFinder.ts';

/** Told of each decision: for metrics. */
export type DecisionObserver = (verdict: 'injected' | 'skipped', reason: Reason, seconds: number) => void;

/**
 * Makes the handler of pod reviews. It always admits: a pod that cannot be injected is let through as it is, with the
 * reason as a warning, unless that is what the user asked for, and in the audit log. It calls nobody.
 */
export function podHandler(plans: PlanFinder, observe: DecisionObserver): AdmissionHandler {
  return async ({ request }) => {
    const start = performance.now();
    const { response, verdict, reason } = await decide(request, plans);
    observe(verdict, reason, (performance.now() - start) / 1000);
    return response;
  };
}

interface Decision {
  readonly response: AdmissionResponse;
  readonly verdict: 'injected' | 'skipped';
  readonly reason: Reason;
}

async function decide(request: AdmissionRequest, plans: PlanFinder): Promise<Decision> {
  const pod = request.object as PodTemplate | null | undefined;
  const isNewPod = request.operation === 'CREATE' && request.kind.kind === 'Pod' && request.subResource === undefined;
  const microservice = pod?.metadata?.labels?.[microserviceLabel];
  if (!isNewPod || pod == null || microservice === undefined) return skipped('NotMarked');
  const revision = pod.metadata?.annotations?.[revisionAnnotation];
  const plan = await plans.find({ namespace: request.namespace ?? '', microservice, revision });
  if (plan === undefined) return skipped('PlanMissing');
  const result = inject(pod, plan);
  if ('skip' in result) return skipped(result.skip);
  const patch = patchBetween(pod, result.template);
  const auditAnnotations = { injected: result.record.revision };
  return { response: { allowed: true, patch, auditAnnotations }, verdict: 'injected', reason: result.record.tap };
}

/** What nobody needs to be told: the user left the label out, or asked for it. */
const asWanted: readonly SkipReason[] = ['NotMarked', 'OptedOut'];

function skipped(reason: SkipReason): Decision {
  const warning = `standpipe: not injected (${reason}). ${reasons[reason].text}`;
  const warnings = asWanted.includes(reason) ? {} : { warnings: [warning] };
  return {
    response: { allowed: true, ...warnings, auditAnnotations: { skipped: reason } },
    verdict: 'skipped',
    reason,
  };
}

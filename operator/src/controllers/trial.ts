import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import { crashOf, creationFailure, isReady, rolloutHold } from './health.ts';
import type { Workload } from './types.ts';
import { desiredPods } from './workloads.ts';

/** Why a trial failed. */
export type TrialFailure = 'AdmissionRefused' | 'AppFailedAfterInjection' | 'SidecarNotWorking';

/** The first rollout of a revision, as it stands on the stored Plan. It ends once, and is not repeated. */
export interface Trial {
  readonly state: 'running' | 'passed' | 'failed';
  /** When the marks were put on, RFC 3339. */
  readonly since: string;
  /** Whether the workload was healthy before, and wanted pods since: if not, its troubles are not ours to judge. */
  readonly healthyBefore: boolean;
  readonly reason?: TrialFailure;
  readonly evidence?: string;
}

/** What a trial is judged by. */
export interface TrialInput {
  readonly trial: Trial;
  readonly revision: string;
  readonly workload: Workload;
  /** The pods of the Microservice. */
  readonly pods: readonly Pod[];
  readonly now: Date;
}

export type TrialVerdict =
  | { readonly state: 'passed' }
  /** With evidence, if something speaks against it already. Excused: from now on it can pass and not fail. */
  | { readonly state: 'running'; readonly evidence?: string; readonly excused?: true }
  | { readonly state: 'failed'; readonly reason: TrialFailure; readonly evidence: string };

/** The longest that a pod may take to become ready, in seconds; a shorter progressDeadlineSeconds counts. */
const longestTrialSeconds = 300;

/** How long pods must have been ready: one that crashes at its start can be ready for a moment before. */
const steadySeconds = 10;

/** Judges a rollout by the workload's own report and by the first pods of the revision. Pure. */
export function judgeTrial(input: TrialInput): TrialVerdict {
  const { trial, revision, workload, now } = input;
  if (trial.state !== 'running') return trial.state === 'passed' ? { state: 'passed' } : failed(trial);
  const own = input.pods.filter((pod) => recordOf(pod as unknown as PodTemplate)?.revision === revision);
  const desired = desiredPods(workload);
  const crash = own.map(crashOf).find((evidence) => evidence !== undefined);
  const steady = own.filter((pod) => isReady(pod, new Date(now.getTime() - steadySeconds * 1000)));
  if (crash === undefined && desired > 0 && steady.length >= desired) return { state: 'passed' };
  if (!trial.healthyBefore) return { state: 'running' };
  // Scaled to nothing, it shows nothing, and when it is scaled up again its time would be over long since.
  if (desired === 0) return { state: 'running', excused: true };

  const refusal = creationFailure(workload);
  if (refusal !== undefined && own.length < desired) {
    return { state: 'failed', reason: 'AdmissionRefused', evidence: refusal };
  }
  if (crash !== undefined) return { state: 'failed', reason: 'AppFailedAfterInjection', evidence: crash };
  const seconds = (now.getTime() - Date.parse(trial.since)) / 1000;
  if (seconds < deadlineOf(workload) || own.some((pod) => isReady(pod)) || rolloutHold(workload) !== undefined)
    return { state: 'running' };
  return late(own, Math.round(seconds));
}

function failed({ reason = 'AppFailedAfterInjection', evidence = '' }: Trial): TrialVerdict {
  return { state: 'failed', reason, evidence };
}

function deadlineOf(workload: Workload): number {
  const { progressDeadlineSeconds } = workload.spec as { readonly progressDeadlineSeconds?: number };
  return Math.min(progressDeadlineSeconds ?? longestTrialSeconds, longestTrialSeconds);
}

function late(own: readonly Pod[], seconds: number): TrialVerdict {
  const [first] = own;
  if (first === undefined) {
    return {
      state: 'failed',
      reason: 'AdmissionRefused',
      evidence: `no injected pod came into being within ${seconds} s`,
    };
  }
  const evidence = `pod ${first.metadata.name} was not ready ${seconds} s after the rollout began`;
  return { state: 'failed', reason: 'AppFailedAfterInjection', evidence };
}

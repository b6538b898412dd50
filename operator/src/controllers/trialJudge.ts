import type { Microservice } from '../api/generated/microservice.ts';
import { reasons } from '../api/reasons.ts';
import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { judgeAdoption, problemText } from './adoption.ts';
import { tryEvict } from './evict.ts';
import { isReady } from './health.ts';
import type { LiveReports } from './liveReports.ts';
import type { Marking } from './marking.ts';
import { judgeTrial, type Trial, type TrialVerdict } from './trial.ts';
import type { Trials } from './trials.ts';
import type { Workload } from './types.ts';

/** What a judge is made of. */
export interface TrialJudgeParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly trials: Trials;
  readonly reports: LiveReports;
}

/** A marked workload whose revision may be on trial. */
export interface Candidate {
  readonly microservice: Microservice;
  readonly workload: Workload;
  readonly revision: string;
  /** The generation of the sidecars' configuration. */
  readonly generation: string;
  readonly pods: readonly Pod[];
}

/** What came of it. */
export interface Judgement {
  readonly state: 'passed' | 'failed' | 'running';
  /** Whether nothing is kept for a fallback: the trial is over, or there never was one to lose. */
  readonly settled: boolean;
  /** What it changes in what is said of the marks. */
  readonly marking: Partial<Marking>;
}

/** When to look at a running trial again, in milliseconds. */
const trialMs = 5_000;
/** So many of a revision's pods are asked: a large workload is not held up by the last of them. */
const mostAsked = 20;

/** Brings trials to their end: by what the workload and its pods show, and by what their sidecars say. */
export class TrialJudge {
  readonly #parts: TrialJudgeParts;

  constructor(parts: TrialJudgeParts) {
    this.#parts = parts;
  }

  /** One look at the trial of a revision, if it is running. */
  async judge(candidate: Candidate, signal: AbortSignal): Promise<Judgement> {
    const { microservice, workload, revision } = candidate;
    const trial = this.#parts.trials.of(microservice, revision);
    if (trial?.state !== 'running') return { state: 'passed', settled: true, marking: {} };
    const verdict = this.#verdict(candidate, trial);
    if (verdict.state === 'running') {
      if (verdict.excused === true) await this.#parts.trials.excuse(microservice, revision, trial, signal);
      return running(verdict.evidence, { ...trial, healthyBefore: trial.healthyBefore && verdict.excused !== true });
    }
    await this.#parts.trials.end(microservice, revision, trial, verdict, signal);
    if (verdict.state === 'passed') return { state: 'passed', settled: true, marking: {} };
    if (workload.kind === 'StatefulSet') await this.#clear(ofRevision(candidate), signal);
    // What is fallen back to is chosen by the next step.
    return { state: 'failed', settled: false, marking: { retryMs: 1 } };
  }

  /** The pods themselves show how it ends; what their sidecars say can hold up a good end and explain a bad one. */
  #verdict(candidate: Candidate, trial: Trial): TrialVerdict {
    const { workload, revision, generation } = candidate;
    const now = this.#parts.clock.date();
    const pods = ofRevision(candidate).slice(0, mostAsked);
    const reports = this.#parts.reports.look(pods);
    const shown = judgeTrial({ trial, revision, workload, pods: candidate.pods, now });
    if (shown.state === 'running') return shown;
    if (shown.state === 'passed') {
      return judgeAdoption({ pods, reports, revision, generation, healthyBefore: trial.healthyBefore, now });
    }
    const problem = problemText(pods, reports);
    return problem === undefined ? shown : { ...shown, evidence: `${shown.evidence}; ${problem}` };
  }

  /** A StatefulSet waits for its broken pod before it replaces it, even with the template it had before. */
  async #clear(pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    for (const pod of pods.filter((each) => !isReady(each))) await tryEvict(this.#parts.client, pod, signal);
  }
}

/** What was not healthy before is not judged, so nothing is kept for a fallback and no time is running. */
function running(evidence: string | undefined, { healthyBefore }: Trial): Judgement {
  const text = `${reasons.SidecarNotWorking.text} Evidence: ${evidence}`;
  const told: Partial<Marking> =
    evidence === undefined ? {} : { failed: true, reason: 'SidecarNotWorking', message: text };
  return {
    state: 'running',
    settled: !healthyBefore,
    marking: { ...told, ...(healthyBefore ? { retryMs: trialMs } : {}) },
  };
}

function ofRevision({ pods, revision }: Candidate): readonly Pod[] {
  return pods.filter((pod) => recordOf(pod as unknown as PodTemplate)?.revision === revision);
}

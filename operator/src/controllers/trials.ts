import type { Microservice } from '../api/generated/microservice.ts';
import { planName, trialAnnotation } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions } from '../kube/builtin.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { canonicalJson } from '../plan/canonical.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import { type StoredPlans, storedPlan } from './storedPlans.ts';
import type { Trial, TrialFailure, TrialVerdict } from './trial.ts';

/** The field manager of the trial's annotation on a stored Plan. */
const trialManager = 'standpipe-trial';

/** A trial that failed, and what it led to. */
export interface FailedTrial {
  readonly revision: string;
  readonly reason: TrialFailure;
  readonly evidence: string;
}

/** The Plan to use, and the trial that failed before it, if one did. `plan` is null where the pods shall be bare again. */
export interface Choice {
  readonly plan: Plan | null;
  readonly failed?: FailedTrial;
}

/** Keeps the outcome of each revision's first rollout on its stored Plan, and chooses by it what is used. */
export class Trials {
  readonly #client: Client;
  readonly #plans: StoredPlans;
  readonly #clock: Clock;
  /** What was written and the cache does not have yet, by UID of the Microservice and revision. */
  readonly #written = new Map<string, Trial>();

  constructor(client: Client, plans: StoredPlans, clock: Clock) {
    this.#client = client;
    this.#plans = plans;
    this.#clock = clock;
  }

  /** The trial of a revision, if it ever began. */
  of(owner: Microservice, revision: string): Trial | undefined {
    const key = `${owner.metadata.uid}/${revision}`;
    const [written, cached] = [this.#written.get(key), trialOn(this.#plans.find(owner, revision))];
    if (written === undefined) return cached;
    if (canonicalJson(written) === canonicalJson(cached)) this.#written.delete(key);
    return written;
  }

  /** Forgets what it wrote for a Microservice that is gone. */
  forget(uid: string): void {
    for (const key of this.#written.keys()) if (key.startsWith(`${uid}/`)) this.#written.delete(key);
  }

  /**
   * The Plan to use: the wanted one; without the tap, where the app failed with it; else the last one that passed; else
   * none. A failed revision is not tried again.
   */
  choose(owner: Microservice, wanted: Plan): Choice {
    const first = this.of(owner, revisionOf(wanted));
    if (first?.state !== 'failed') return { plan: wanted };
    const failed = { revision: revisionOf(wanted), reason: reasonOf(first), evidence: first.evidence ?? '' };
    const untapped = withoutTap(wanted);
    if (untapped !== null && failed.reason !== 'AdmissionRefused') {
      if (this.of(owner, revisionOf(untapped))?.state !== 'failed') return { plan: untapped, failed };
    }
    const passed = this.#plans.newestFirst(owner).find((stored) => trialOn(stored)?.state === 'passed');
    return { plan: passed === undefined ? null : storedPlan(passed), failed };
  }

  /** Notes that the rollout of a revision begins, unless it began before. */
  async begin(owner: Microservice, revision: string, healthyBefore: boolean, signal: AbortSignal): Promise<void> {
    if (this.of(owner, revision) !== undefined) return;
    const since = this.#clock.date().toISOString();
    await this.#write(owner, revision, { state: 'running', since, healthyBefore }, signal);
  }

  /** Notes how it ended. */
  async end(
    owner: Microservice,
    revision: string,
    trial: Trial,
    verdict: TrialVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#write(owner, revision, { ...trial, ...verdict }, signal);
  }

  /** Notes that it is not to be judged by its time any more, as one of a workload that was not healthy before. */
  async excuse(owner: Microservice, revision: string, trial: Trial, signal: AbortSignal): Promise<void> {
    await this.#write(owner, revision, { ...trial, healthyBefore: false }, signal);
  }

  async #write(owner: Microservice, revision: string, trial: Trial, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = owner.metadata;
    const metadata = {
      name: planName(name, revision),
      namespace,
      // A stored Plan that is gone must not come back as an empty one.
      uid: this.#plans.find(owner, revision)?.metadata.uid,
      annotations: { [trialAnnotation]: JSON.stringify(trial) },
    };
    const body = { metadata } as unknown as Applied<ControllerRevision>;
    await this.#client.apply(controllerRevisions, body, { fieldManager: trialManager, force: true, signal });
    this.#written.set(`${uid}/${revision}`, trial);
  }
}

/** The same Plan with the tap off; null where it has none. */
function withoutTap(plan: Plan): Plan | null {
  if (plan.metrics.inbound === 'off' || plan.ports.length === 0) return null;
  return { ...plan, metrics: { ...plan.metrics, inbound: 'off' } };
}

function reasonOf({ reason }: Trial): TrialFailure {
  return reason ?? 'AppFailedAfterInjection';
}

function trialOn(stored: ControllerRevision | undefined): Trial | undefined {
  const text = stored?.metadata.annotations?.[trialAnnotation];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Trial;
  } catch {
    // Somebody wrote over it: the revision is tried anew.
    return undefined;
  }
}

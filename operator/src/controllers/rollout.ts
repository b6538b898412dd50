import type { Microservice } from '../api/generated/microservice.ts';
import { type Reason, reasons } from '../api/reasons.ts';
import { inject } from '../inject/inject.ts';
import { withMarks } from '../inject/marks.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Plan } from '../plan/plan.ts';
import { differOnlyByPlatform } from '../plan/platform.ts';
import { revisionOf } from '../plan/revision.ts';
import type { Settings } from '../plan/settings.ts';
import type { Contest } from './contest.ts';
import { isHealthy, rolloutHold } from './health.ts';
import type { Marker, Marking } from './marking.ts';
import type { Repair } from './repair.ts';
import { outageOf } from './repairChoice.ts';
import { type StoredPlans, storedPlan } from './storedPlans.ts';
import type { TrialJudge } from './trialJudge.ts';
import type { FailedTrial, Trials } from './trials.ts';
import type { Workload } from './types.ts';
import type { Waves } from './waves.ts';
import { marksOf, templateOf } from './workloads.ts';

/** What a rollout is made of. */
export interface RolloutParts {
  readonly plans: StoredPlans;
  readonly marker: Marker;
  readonly trials: Trials;
  readonly judge: TrialJudge;
  readonly contest: Contest;
  readonly waves: Waves;
  readonly repair: Repair;
  readonly settings: Pick<Settings, 'platformRollouts'>;
}

/** A Microservice with everything that its rollout is decided by. */
export interface RolloutInput {
  readonly microservice: Microservice;
  readonly target: Workload | undefined;
  /** The Plan that the declaration comes to. */
  readonly wanted: Plan;
  /** The generation of the sidecars' configuration that goes with it. */
  readonly generation: string;
  readonly pods: readonly Pod[];
}

/** How far a rollout is. */
export interface RolloutState {
  readonly marking: Marking;
  /** The Plan in use, which is another one than wanted after a failed trial. */
  readonly plan: Plan;
  readonly revision: string;
  /** The trial that failed, if the Plan in use is what was fallen back to. */
  readonly failed: FailedTrial | undefined;
  /** Whether the revision's trial is over: until then what the one before needs is kept. */
  readonly settled: boolean;
}

/** Takes a Plan to the pods of a workload: as a trial, which is taken back if the app does not stand it. */
export class Rollout {
  readonly #parts: RolloutParts;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /** Forgets a Microservice that is gone: it holds no place in a wave any more. */
  forget(uid: string): void {
    const { trials, contest, waves } = this.#parts;
    trials.forget(uid);
    contest.forget(uid);
    waves.leave(uid);
  }

  /** One step of the rollout; it is repeated until nothing is left to do. */
  async step(input: RolloutInput, signal: AbortSignal): Promise<RolloutState> {
    const { microservice, target, wanted } = input;
    const older = target === undefined ? null : this.#older(microservice, target, wanted);
    if (target !== undefined && older !== null) {
      const repaired = await this.#repair(input, target, older.plan, signal);
      return { ...older, marking: { ...older.marking, ...repaired } };
    }
    const { plan, failed } = target === undefined ? { plan: wanted } : this.#parts.trials.choose(microservice, wanted);
    if (plan === null) return this.#giveUp(input, failed, signal);
    const revision = await this.#parts.plans.store(microservice, plan, signal);
    const state = { plan, revision, failed };
    if (target === undefined) {
      return { ...state, marking: { marked: true, reason: 'NoWorkload' }, settled: true };
    }
    const marking =
      (await this.#hindrance(input, target, plan, signal)) ?? (await this.#mark(input, target, state, signal));
    if (!marking.marked) return { ...state, marking, settled: false };
    const { pods, generation } = input;
    const judged = await this.#parts.judge.judge(
      { microservice, workload: target, revision, generation, pods },
      signal,
    );
    if (judged.state !== 'running') this.#parts.waves.leave(microservice.metadata.uid ?? '');
    const repaired = judged.state === 'failed' ? {} : await this.#repair(input, target, plan, signal);
    const hold = rolloutHold(target);
    return {
      ...state,
      marking: {
        ...marking,
        ...repaired,
        ...judged.marking,
        ...(hold === undefined ? {} : { hold }),
        ...failure(failed, plan),
      },
      settled: judged.settled,
    };
  }

  #repair(
    { microservice, pods }: RolloutInput,
    workload: Workload,
    plan: Plan,
    signal: AbortSignal,
  ): Promise<Partial<Marking>> {
    const manual = microservice.spec.rollout?.restart === 'manual';
    const revision = revisionOf(plan);
    const input = { workload, pods, plan, revision, outage: outageOf(microservice, revision), manual };
    return this.#parts.repair.step(microservice, input, signal);
  }

  /** The Plan in use, where it differs from the wanted one only by a change of the platform whose turn has not come. */
  #older(microservice: Microservice, target: Workload, wanted: Plan): RolloutState | null {
    const { plans, settings, waves } = this.#parts;
    const marks = marksOf(target);
    const isOurs = marks?.microservice === microservice.metadata.name && marks.revision !== undefined;
    const stored = isOurs ? plans.find(microservice, marks.revision ?? '') : undefined;
    const uid = microservice.metadata.uid ?? '';
    if (stored === undefined || !differOnlyByPlatform(storedPlan(stored), wanted)) return null;
    if (settings.platformRollouts === 'waves' && waves.enter(uid)) return null;
    const marking: Marking = { marked: true, reason: 'PlatformStale' };
    const plan = storedPlan(stored);
    return { marking, plan, revision: revisionOf(wanted), failed: undefined, settled: true };
  }

  /** No Plan is left that the app stands: the pods roll back to bare. */
  async #giveUp(input: RolloutInput, failed: FailedTrial | undefined, signal: AbortSignal): Promise<RolloutState> {
    const { microservice, target, wanted } = input;
    if (target !== undefined) {
      await this.#parts.marker.unmark(microservice.metadata, microservice, [target], signal);
    }
    const reason: Reason = failed?.reason ?? 'AppFailedAfterInjection';
    const marking: Marking = { marked: false, reason, message: evidenceText(reason, failed?.evidence) };
    return { marking, plan: wanted, revision: revisionOf(wanted), failed, settled: false };
  }

  /** Why the workload must not be marked, if there is a reason. */
  async #hindrance(input: RolloutInput, target: Workload, plan: Plan, signal: AbortSignal): Promise<Marking | null> {
    const { metadata, status } = input.microservice;
    // Rolling pods that the webhook will admit as they are would disturb them for nothing.
    const trial = inject(withMarks(templateOf(target), metadata.name), plan);
    if ('skip' in trial) return { marked: false, reason: trial.skip };
    const [uid, generation] = [metadata.uid ?? '', metadata.generation ?? 0];
    const standing = this.#parts.contest.standing(uid, generation);
    if (standing !== undefined) return contested(standing);
    const wasMarked = status?.workload?.uid === target.metadata.uid;
    if (!wasMarked || marksOf(target)?.microservice === metadata.name) return null;
    const loss = await this.#parts.contest.lost(uid, generation, target, metadata.name, signal);
    if (loss.state === 'present') return { marked: true, reason: 'Injected' };
    return loss.state === 'contested' ? contested(loss.by) : null;
  }

  #mark(
    { microservice }: RolloutInput,
    workload: Workload,
    { plan, revision }: Pick<RolloutState, 'plan' | 'revision'>,
    signal: AbortSignal,
  ): Promise<Marking> {
    const { trials, marker } = this.#parts;
    const begin = () => trials.begin(microservice, revision, isHealthy(workload), signal);
    const hasRun = trials.of(microservice, revision)?.state === 'passed';
    return marker.mark({ microservice, workload, plan, revision, hasRun, begin }, signal);
  }
}

/** After a fallback to another Plan than the untapped one, the Microservice does not have what it declares. */
function failure(failed: FailedTrial | undefined, plan: Plan): Partial<Marking> {
  if (failed === undefined || plan.metrics.inbound === 'off') return {};
  return { failed: true, reason: failed.reason, message: evidenceText(failed.reason, failed.evidence) };
}

function contested(by: string): Marking {
  const message = `field manager ${by} keeps removing the marks: ${reasons.TemplateContested.text}`;
  return { marked: false, reason: 'TemplateContested', message };
}

function evidenceText(reason: Reason, evidence = ''): string {
  return evidence === '' ? reasons[reason].text : `${reasons[reason].text} Evidence: ${evidence}`;
}

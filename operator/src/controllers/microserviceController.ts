import { dateConditions, isOwn, type Verdict } from '../api/conditions.ts';
import type { Microservice, MicroserviceStatus } from '../api/generated/microservice.ts';
import type { Reason } from '../api/reasons.ts';
import { templateProblems } from '../inject/fits.ts';
import { decideTaps, type TapDecision } from '../inject/taps.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { isApiError } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Result } from '../kube/reconcileLoop.ts';
import { formatKey, type KubeObject, type ObjectKey, referenceTo } from '../kube/wire.ts';
import type { Plan } from '../plan/plan.ts';
import type { Problem } from '../plan/problem.ts';
import { type Resolution, resolve } from '../plan/resolve.ts';
import type { Settings } from '../plan/settings.ts';
import { unbuiltFields } from '../plan/unbuilt.ts';
import type { ControllerCache } from './cache.ts';
import type { Contents } from './contents.ts';
import type { DrainLedger } from './drains.ts';
import { forbiddenText } from './forbidden.ts';
import { gatherWorld } from './gatherWorld.ts';
import type { Marker } from './marking.ts';
import { microserviceStatus } from './microserviceStatus.ts';
import { NotOursError } from './owned.ts';
import { revisionsInUse, surveyPods } from './podSurvey.ts';
import type { Rollout, RolloutState } from './rollout.ts';
import type { ServerVersion } from './serverVersion.ts';
import { keptStatus, StatusWriter } from './status.ts';
import { type StoredPlans, storedPlan } from './storedPlans.ts';
import { findTarget } from './targetWorkload.ts';
import type { FailedTrial } from './trials.ts';
import { microservices, type Workload } from './types.ts';
import type { UserSecrets } from './userSecrets.ts';
import { problemVerdicts, progressVerdicts } from './verdicts.ts';
import { desiredPods, templateOf } from './workloads.ts';

/** What the controller of Microservices is made of. */
export interface MicroserviceParts {
  readonly client: Client;
  readonly cache: ControllerCache;
  readonly settings: Settings;
  readonly contents: Contents;
  readonly plans: StoredPlans;
  readonly marker: Marker;
  readonly rollout: Rollout;
  readonly userSecrets: UserSecrets;
  readonly server: ServerVersion;
  readonly drains: DrainLedger;
  readonly events: EventRecorder<Reason>;
  readonly clock: Clock;
}

/** When to look at generated objects again although nothing seems to have changed, in milliseconds. */
const recheckMs = 6 * 60_000;
/** The same while pods wait, perhaps for one of them. */
const waitingMs = 30_000;
/** When to look again at a contradiction that no watch will resolve, in milliseconds. */
const problemMs = 15_000;

/** What is as it should be, and not done. */
const underWay: readonly Reason[] = ['RollingOut', 'ProvingSidecarImage'];

type Stored = Microservice & KubeObject;

/** What a Microservice needs before anything of it may be written. */
interface Ready {
  readonly resolution: Resolution;
  readonly target: Workload | undefined;
  readonly secrets: Exclude<ReturnType<Contents['mix']>, Problem[]>;
}

/**
 * Makes the cluster match one Microservice, in steps: check everything, write what pods will need, mark the workload,
 * clean up, report. A contradiction found by the checks ends it before anything is written.
 */
export class MicroserviceController {
  readonly #parts: MicroserviceParts;
  /** The UID that each Microservice had when it was looked at last. */
  readonly #uids = new Map<string, string>();
  readonly #statuses: StatusWriter<Stored>;

  constructor(parts: MicroserviceParts) {
    this.#parts = parts;
    this.#statuses = new StatusWriter(parts.client, microservices);
  }

  /** The reconcile function. */
  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<Result> {
    try {
      return await this.#step(key, signal);
    } catch (error) {
      const microservice = this.#find(key);
      if (error instanceof NotOursError && microservice !== undefined) {
        const taken: Problem = { field: 'metadata.name', reason: 'SecretNotOurs', message: error.message };
        return this.#refuse(microservice, [taken], signal);
      }
      await this.#tellForbidden(microservice, error, signal);
      throw error;
    }
  }

  /** As the cache has it, but with what was written last. */
  #find(key: ObjectKey): Stored | undefined {
    const microservice = this.#parts.cache.microservices.get(key) as Stored | undefined;
    return microservice === undefined ? undefined : this.#statuses.latest(microservice);
  }

  async #step(key: ObjectKey, signal: AbortSignal): Promise<Result> {
    const microservice = this.#find(key);
    if (microservice === undefined || microservice.metadata.deletionTimestamp !== undefined) {
      await this.#takeBack(key, signal);
      this.#noteUid(key, undefined);
      return {};
    }
    this.#noteUid(key, microservice.metadata.uid);
    const ready = await this.#check(microservice, signal);
    if (Array.isArray(ready)) return this.#refuse(microservice, ready, signal);
    const pods = this.#parts.cache.pods.byIndex('microservice', formatKey(key));
    const waits = pods.some(({ status }) => status?.phase === 'Pending');
    if (waits) this.#parts.contents.doubt(microservice, ready.secrets);
    const taken = await this.#parts.contents.write(microservice, ready.resolution, ready.secrets, signal);
    if (taken !== null) return this.#refuse(microservice, [taken], signal);
    const { resolution, target } = ready;
    const { plan: wanted, metricsConfig } = resolution;
    const input = { microservice, target, wanted, generation: metricsConfig.generation, pods };
    const state = await this.#parts.rollout.step(input, signal);
    await this.#cleanUp(microservice, ready, state, signal);
    await this.#report(microservice, ready, state, signal);
    return { requeueAfterMs: state.marking.retryMs ?? (waits ? waitingMs : recheckMs) };
  }

  /** What is remembered of a Microservice by its UID goes with it, also where another one has taken its name since. */
  #noteUid(key: ObjectKey, uid: string | undefined): void {
    const text = formatKey(key);
    const known = this.#uids.get(text);
    if (known === uid) return;
    if (known !== undefined) this.#parts.rollout.forget(known);
    if (uid === undefined) this.#uids.delete(text);
    else this.#uids.set(text, uid);
  }

  /** Everything that can be wrong, before anything is written. */
  async #check(microservice: Stored, signal: AbortSignal): Promise<Ready | Problem[]> {
    const { cache, settings, contents, userSecrets, server } = this.#parts;
    const named = microservice.spec.metrics.inbound === 'named';
    const world = gatherWorld(cache, settings, microservice, named && (await server.namesSidecarPorts(signal)));
    const resolved = resolve(world);
    if ('problems' in resolved) return [...resolved.problems];
    const { resolution } = resolved;
    const target = findTarget(cache, microservice);
    if (target !== undefined && 'reason' in target) return [target];
    const unfit = target === undefined ? [] : templateProblems(templateOf(target), resolution.plan);
    const secrets = contents.mix(resolution);
    const problems = [...unfit, ...(Array.isArray(secrets) ? secrets : [])];
    problems.push(...(await userSecrets.missing(microservice, signal)));
    return problems.length > 0 || Array.isArray(secrets) ? problems : { resolution, target, secrets };
  }

  /** Takes back what an earlier state of the Microservice left: marks elsewhere, unused Plans and Secrets. */
  async #cleanUp(microservice: Stored, { target }: Ready, state: RolloutState, signal: AbortSignal) {
    const { cache, marker, plans, contents } = this.#parts;
    const key = formatKey(microservice.metadata);
    const others = cache.marked(key).filter(({ metadata }) => metadata.uid !== target?.metadata.uid);
    await marker.unmark(microservice.metadata, microservice, others, signal);
    const inUse = new Set([...revisionsInUse(cache.pods.byIndex('microservice', key)), state.revision]);
    await plans.prune(microservice, inUse, signal);
    const before = plans.newestFirst(microservice).map(storedPlan);
    const metrics = before.map((plan) => plan.metrics);
    await contents.prunePodMonitor(microservice, metrics, state.plan.metrics, signal);
    // A pod of an earlier revision, or one to which a failed trial falls back, may mount the Secret of a binding that is gone.
    if (inUse.size > 1 || !state.settled || state.failed !== undefined) return;
    const bindings = before.flatMap((plan) => plan.bindings);
    await contents.prune(microservice, bindings, state.plan.bindings, signal);
  }

  async #report(microservice: Stored, { resolution, target }: Ready, state: RolloutState, signal: AbortSignal) {
    const { cache, drains } = this.#parts;
    const { plan, revision, marking, failed } = state;
    const key = formatKey(microservice.metadata);
    const running = cache.pods.byIndex('microservice', key);
    const pods = surveyPods(running, plan, revision);
    const desired = target === undefined ? pods.injected + pods.missing : desiredPods(target);
    const example = target === undefined ? (running[0] as PodTemplate | undefined) : templateOf(target);
    const decision = tapDecision(example, plan, failed);
    const verdicts = progressVerdicts({ resolution, decision, marking, pods, desired });
    const totals = drains.totals(key) ?? microservice.status?.drains;
    const facts = { plan, revision, target, marked: marking.marked, pods, desired, drains: totals };
    await this.#write(microservice, verdicts, microserviceStatus(facts), signal);
  }

  async #refuse(microservice: Stored, problems: readonly Problem[], signal: AbortSignal): Promise<Result> {
    const verdicts = problemVerdicts(problems, unbuiltFields(microservice));
    // What is not touched by the contradiction is still as it was: the pods run on.
    const told = new Set<string>([...verdicts.map(({ type }) => type), 'NotImplementedInThisVersion']);
    const kept = (microservice.status?.conditions ?? []).filter((each) => isOwn(each) && !told.has(each.type));
    await this.#write(microservice, verdicts, keptStatus(microservice), signal, kept);
    return { requeueAfterMs: problemMs };
  }

  async #write(
    microservice: Stored,
    verdicts: readonly Verdict[],
    rest: MicroserviceStatus,
    signal: AbortSignal,
    kept: NonNullable<MicroserviceStatus['conditions']> = [],
  ) {
    const { clock } = this.#parts;
    const generation = microservice.metadata.generation ?? 0;
    const before = microservice.status?.conditions ?? [];
    const conditions = [...dateConditions(verdicts, before, generation, clock.date()), ...kept];
    const status: MicroserviceStatus = { ...rest, observedGeneration: generation, conditions };
    await this.#statuses.write(microservice, status, signal);
    this.#tell(microservice, verdicts);
  }

  /** What the controller may not do is told to people, beside the log: the other conditions stay as they are. */
  async #tellForbidden(microservice: Stored | undefined, error: unknown, signal: AbortSignal): Promise<void> {
    const message = forbiddenText(error);
    if (message === undefined || microservice === undefined) return;
    const { clock } = this.#parts;
    const verdict: Verdict = { type: 'Ready', status: 'False', reason: 'Forbidden', message };
    const before = microservice.status?.conditions ?? [];
    const dated = dateConditions([verdict], before, microservice.metadata.generation ?? 0, clock.date());
    const conditions = [...dated, ...before.filter((each) => isOwn(each) && each.type !== 'Ready')];
    try {
      await this.#statuses.write(microservice, { ...microservice.status, conditions }, signal);
    } catch (second) {
      // Where the status cannot be written either, the log is what is left.
      if (!isApiError(second, 'KUBE_FORBIDDEN')) throw second;
    }
    this.#tell(microservice, [verdict]);
  }

  /** One Event for each change of the condition Ready. */
  #tell(microservice: Stored, verdicts: readonly Verdict[]): void {
    const ready = verdicts.find(({ type }) => type === 'Ready');
    const before = microservice.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready === undefined || ready.reason === before?.reason) return;
    const type = ready.status === 'True' || underWay.includes(ready.reason) ? 'Normal' : 'Warning';
    const conditions = dateConditions([ready], [], 0, this.#parts.clock.date());
    const message = conditions[0]?.message ?? '';
    this.#parts.events.record(referenceTo(microservice), { type, reason: ready.reason, message });
  }

  /** The Microservice is gone: its objects go with it by their owner references, the marks are taken off here. */
  async #takeBack(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { cache, marker, contents, plans, drains } = this.#parts;
    await marker.unmark(key, undefined, cache.marked(formatKey(key)), signal);
    contents.forget(key.namespace ?? '', key.name);
    plans.forget(formatKey(key));
    drains.forget(formatKey(key));
    this.#statuses.forget(key);
  }
}

function tapDecision(example: PodTemplate | undefined, plan: Plan, failed: FailedTrial | undefined): TapDecision {
  if (failed !== undefined && plan.metrics.inbound === 'off') return { taps: [], reason: 'TapTakenBack' };
  return example === undefined ? { taps: [], reason: 'NoPorts' } : decideTaps(example, plan);
}

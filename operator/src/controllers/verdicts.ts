import type { ConditionType, Verdict } from '../api/conditions.ts';
import { type Reason, reasons } from '../api/reasons.ts';
import type { TapDecision } from '../inject/taps.ts';
import { type Problem, problemText } from '../plan/problem.ts';
import type { Resolution } from '../plan/resolve.ts';
import type { Marking } from './marking.ts';
import type { PodSurvey } from './podSurvey.ts';

/** How far a Microservice has come: what its conditions are made from. */
export interface Progress {
  readonly resolution: Resolution;
  readonly decision: TapDecision;
  /** Whether the workload was marked, and why not. */
  readonly marking: Pick<Marking, 'marked' | 'reason' | 'message' | 'failed' | 'hold'>;
  readonly pods: PodSurvey;
  readonly desired: number;
}

/** The verdicts about a Microservice that contradicts itself or the cluster: what runs was not changed. */
export function problemVerdicts(problems: readonly Problem[], unbuilt: readonly string[]): Verdict[] {
  const [first] = problems;
  const message = problems.map(problemText).join('; ');
  const about = (type: ConditionType, those: readonly Problem[]): Verdict[] =>
    those.length === 0
      ? []
      : [{ type, status: 'False', reason: those[0]?.reason ?? 'Invalid', message: those.map(problemText).join('; ') }];
  return [
    { type: 'Ready', status: 'False', reason: first?.reason ?? 'Invalid', message },
    ...about(
      'BindingsReady',
      problems.filter(({ field }) => field.startsWith('spec.bindings')),
    ),
    ...about(
      'BrokerReady',
      problems.filter(({ reason }) => brokerReasons.has(reason)),
    ),
    ...about(
      'LogsReady',
      problems.filter(({ field }) => field.startsWith('spec.logging')),
    ),
    ...about(
      'Injected',
      problems.filter(({ field }) => workloadFields.test(field)),
    ),
    ...unbuiltVerdict(unbuilt),
  ];
}

const brokerReasons: ReadonlySet<Reason> = new Set([
  'BrokerNotFound',
  'BrokerNotGranted',
  'BrokerNotUsable',
  'TopicNotGranted',
]);
const workloadFields = /^(spec\.(workload|ports)|metadata)\b/;

/** The verdicts about a Microservice without contradictions. */
export function progressVerdicts(progress: Progress): Verdict[] {
  const injected = injectedVerdict(progress);
  const { resolution } = progress;
  const { bindings } = resolution.plan;
  const brokers = resolution.recipes.filter(({ kafka }) => kafka !== null);
  const shipped = resolution.plan.logs !== null;
  return [
    readyVerdict(injected, progress.pods),
    injected,
    { type: 'BindingsReady', status: 'True', reason: bindings.length > 0 ? 'BindingsReady' : 'NoBindings' },
    { type: 'BrokerReady', status: 'True', reason: brokers.length > 0 ? 'BrokerReady' : 'NoBroker' },
    { type: 'LogsReady', status: shipped ? 'True' : 'False', reason: resolution.logsReason },
    tapVerdict(progress.decision, resolution.bypasses),
    ...unbuiltVerdict(resolution.unbuilt),
  ];
}

function readyVerdict(injected: Verdict, { faults }: PodSurvey): Verdict {
  const type = 'Ready';
  if (injected.status !== 'True') return { type, status: 'False', reason: injected.reason, message: injected.message };
  if (faults.length === 0) return { type, status: 'True', reason: 'Ready' };
  const message = `${faults.length === 1 ? '1 pod has' : `${faults.length} pods have`} a sidecar that does not run, for example ${faults[0]}`;
  return { type, status: 'False', reason: 'SidecarsFailing', message };
}

function injectedVerdict({ marking, pods, desired }: Progress): Verdict {
  const type = 'Injected';
  if (!marking.marked || marking.failed)
    return { type, status: 'False', reason: marking.reason, message: marking.message };
  if (pods.skipped.length > 0) {
    const first = pods.skipped[0];
    const count = pods.skipped.length === 1 ? '1 pod was' : `${pods.skipped.length} pods were`;
    const message = `${count} admitted without sidecars, for example ${first?.name}: ${reasons[first?.reason ?? 'NotMarked'].text}`;
    return { type, status: 'False', reason: 'PodsSkipped', message };
  }
  // Stale by the platform's choice is no fault of the service.
  if (marking.reason === 'PlatformStale' && pods.missing === 0) return { type, status: 'True', reason: marking.reason };
  const current = pods.injected - pods.stale;
  if (current < desired || pods.stale > 0 || pods.missing > 0) {
    const message = `${current} of ${desired} pods carry the current revision, ${pods.stale} an older one, ${pods.missing} none`;
    const hold = marking.hold;
    if (hold !== undefined)
      return { type, status: 'False', reason: hold, message: `${message}. ${reasons[hold].text}` };
    return { type, status: 'False', reason: 'RollingOut', message };
  }
  return { type, status: 'True', reason: marking.reason };
}

function tapVerdict({ reason, port }: TapDecision, bypasses: readonly string[]): Verdict {
  if (bypasses.length > 0) {
    const why = reason === 'Tapped' ? 'ServiceByNumber' : reason;
    return { type: 'InboundTapped', status: 'False', reason: why, message: bypasses.join('; ') };
  }
  const message = port === undefined ? reasons[reason].text : `port ${port}: ${reasons[reason].text}`;
  return { type: 'InboundTapped', status: reason === 'Tapped' ? 'True' : 'False', reason, message };
}

function unbuiltVerdict(unbuilt: readonly string[]): Verdict[] {
  if (unbuilt.length === 0) return [];
  const message = `these fields change nothing in this version: ${unbuilt.join(', ')}`;
  return [{ type: 'NotImplementedInThisVersion', status: 'True', reason: 'NotImplemented', message }];
}

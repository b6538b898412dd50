import { type Reason, reasons } from './reasons.ts';

/** The types of conditions, with what each promises. The reference page of the kinds repeats them. */
const conditionTypes = [
  /** Everything that was declared is in place. Does not promise that the service itself works. */
  'Ready',
  /** Every pod carries the current revision. Does not promise that the pods are ready. */
  'Injected',
  /** Every binding has its Secret. Does not promise that the backing service answers. */
  'BindingsReady',
  /** Every Broker in use is ready by its own word. */
  'BrokerReady',
  /** Logs are shipped. Does not promise that the sink takes them. */
  'LogsReady',
  /** Inbound requests on every declared port are counted. */
  'InboundTapped',
  /** Another LogSink is marked default too, so none is the default. */
  'DefaultConflict',
  /** A declared field is not built in this version. */
  'NotImplementedInThisVersion',
] as const;

export type ConditionType = (typeof conditionTypes)[number];

/** Whether a condition is one of ours: other controllers may keep conditions of their own in a status. */
export const isOwn = ({ type }: { readonly type: string }): boolean =>
  (conditionTypes as readonly string[]).includes(type);

/** A condition as the Kubernetes API conventions have it (meta/v1 Condition). */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
  readonly reason: Reason;
  readonly message: string;
}

/** What a condition says, before it is dated. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason'> & { readonly message?: string | undefined };

interface Dated {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
}

/**
 * Dates conditions: the transition time is kept while the status stays. A verdict without a message gets its reason's.
 * @param now the time of day
 */
export function dateConditions(
  verdicts: readonly Verdict[],
  before: readonly Dated[],
  generation: number,
  now: Date,
): Condition[] {
  return verdicts.map(({ type, status, reason, message }) => {
    const last = before.find((condition) => condition.type === type && condition.status === status);
    return {
      type,
      status,
      observedGeneration: generation,
      lastTransitionTime: last?.lastTransitionTime ?? `${now.toISOString().slice(0, 19)}Z`,
      reason,
      message: message ?? reasons[reason].text,
    };
  });
}

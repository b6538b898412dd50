/** What a Lease says about who leads (coordination.k8s.io/v1, in the way in which all of Kubernetes' own electors use it). */
import type { Lease } from './builtin.ts';
import type { Applied, Created } from './calls.ts';
import type { ObjectKey } from './wire.ts';

/** A Lease as a candidate reads it. */
export interface LeaseRecord {
  /** The resource version: who writes on top of another one is refused. */
  readonly version: string;
  /** Empty where nobody leads. */
  readonly holder: string;
  /** For how long the holder leads after its last renewal; undefined where nobody ever led, or somebody wiped it. */
  readonly durationMs: number | undefined;
  /** How often another one came to lead. */
  readonly transitions: number;
  /** The last holder gave it up of its own accord, when it had stopped to write. */
  readonly released: boolean;
}

/** Marks a Lease that was given up, in its field `leaseDurationSeconds`, in which 0 is not allowed. */
const releasedSeconds = 1;

/** Reads a Lease. */
export function readLease({ metadata, spec }: Lease): LeaseRecord {
  const { holderIdentity: holder = '', leaseDurationSeconds: seconds, leaseTransitions: transitions = 0 } = spec ?? {};
  return {
    version: metadata.resourceVersion ?? '',
    holder,
    durationMs: seconds === undefined ? undefined : seconds * 1000,
    transitions,
    released: holder === '' && seconds === releasedSeconds,
  };
}

/** What a candidate writes. */
export interface Claim {
  readonly key: ObjectKey;
  /** The Lease that it is written on top of; undefined where there is none. */
  readonly onto: LeaseRecord | undefined;
  readonly holder: string;
  readonly durationMs: number;
  readonly now: Date;
}

/** The Lease by which somebody takes, renews or (with an empty holder) gives up the lead. */
export function leaseOf({ key, onto, holder, durationMs, now }: Claim): Applied<Lease> & Created<Lease> {
  const other = holder !== '' && onto?.holder !== holder;
  return {
    metadata: { ...key, ...(onto === undefined ? {} : { resourceVersion: onto.version }) },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: holder === '' ? releasedSeconds : durationMs / 1000,
      leaseTransitions: (onto?.transitions ?? 0) + (other ? 1 : 0),
      // MicroTime: six digits.
      renewTime: `${now.toISOString().slice(0, -1)}000Z`,
    },
  };
}

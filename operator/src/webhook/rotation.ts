/**
 * When the webhook's certificate is renewed, and in which order, so that there is no moment at which an API server
 * refuses it:
 *
 *   issue the next one ─► trust its authority ─► wait until all API servers do ─► serve it ─► forget the old authority
 *
 * Pure: what is there and the time go in, the one next step comes out.
 */
import { type Identity, readCertificate } from './certificate.ts';

/** What is kept from one step to the next. */
export interface CertificateState {
  /** What the webhook shows. */
  readonly serving?: Identity | undefined;
  /** What it will show. `trustedSince`: when its authority was first seen in the webhook configuration. */
  readonly next?: (Identity & { readonly trustedSince?: Date | undefined }) | undefined;
  /** The authority of what was shown before, and until when it is still trusted. */
  readonly previous?: { readonly authority: string; readonly until: Date } | undefined;
}

/** The next thing to do; `wait` means that nothing is to be done before `until`. */
export type RotationStep =
  | { readonly do: 'issue_serving' | 'issue_next'; readonly why: string }
  | { readonly do: 'write_bundle' | 'note_trusted' | 'promote' | 'forget_previous' }
  | { readonly do: 'wait'; readonly until: Date };

export interface RotationInput {
  readonly state: CertificateState;
  /** Whether every webhook of the configuration has just the bundle that `bundleOf(state)` gives. */
  readonly bundleWritten: boolean;
  /** The names that the certificate must have. */
  readonly dnsNames: readonly string[];
  readonly now: Date;
}

const hourMs = 3_600_000;

/** A certificate is valid for 90 days and renewed after 60. */
export const certificateLifetimeMs = 90 * 24 * hourMs;

/** API servers watch the configuration and see a change within a second; five minutes cover one that lags. */
export const propagationMs = 5 * 60_000;

/** Replicas of the webhook take up a new certificate within seconds; a day covers one whose watch is broken. */
export const previousTrustedMs = 24 * hourMs;

/** All authorities that API servers shall trust now, as one PEM bundle, oldest first. */
export function bundleOf(state: CertificateState): string {
  const authorities = [state.previous?.authority, state.serving?.authority, state.next?.authority];
  return authorities.filter((authority) => authority !== undefined).join('');
}

/** Decides the next step. */
export function decideRotation(input: RotationInput): RotationStep {
  const { state, now } = input;
  const fault = faultOf(state.serving, input);
  if (fault !== undefined) {
    // Nothing works as it is, so there is nothing to lose by going straight to a certificate that does.
    return faultOf(state.next, input) === undefined ? { do: 'promote' } : { do: 'issue_serving', why: fault };
  }
  if (state.next !== undefined && faultOf(state.next, input) !== undefined) {
    return { do: 'issue_next', why: 'the next certificate cannot be used' };
  }
  if (state.next === undefined && now >= renewalTime(state.serving)) {
    return { do: 'issue_next', why: 'two thirds of its life are over' };
  }
  if (!input.bundleWritten) return { do: 'write_bundle' };
  if (state.next !== undefined) return awaitPropagation(state.next.trustedSince, now);
  if (state.previous !== undefined) return awaitEnd(state.previous.until, now, renewalTime(state.serving));
  return { do: 'wait', until: renewalTime(state.serving) };
}

/** The state after a step. `issued` is the new certificate, for the steps that issue one. */
export function afterRotation(
  step: RotationStep,
  state: CertificateState,
  now: Date,
  issued: Identity | undefined,
): CertificateState {
  const { serving, next, previous } = state;
  switch (step.do) {
    case 'issue_serving':
      return { serving: issued };
    case 'issue_next':
      return { serving, previous, next: issued };
    case 'note_trusted':
      return { serving, previous, next: next && { ...next, trustedSince: now } };
    case 'promote':
      return { serving: next, previous: outgoing(serving, now) };
    case 'forget_previous':
      return { serving, next };
    case 'write_bundle':
    case 'wait':
      return state;
  }
}

/** What is shown now is trusted a while longer: a replica may show it still. */
function outgoing(serving: Identity | undefined, now: Date): CertificateState['previous'] {
  if (serving === undefined) return undefined;
  return { authority: serving.authority, until: new Date(now.getTime() + previousTrustedMs) };
}

function awaitPropagation(trustedSince: Date | undefined, now: Date): RotationStep {
  if (trustedSince === undefined) return { do: 'note_trusted' };
  const until = new Date(trustedSince.getTime() + propagationMs);
  return now >= until ? { do: 'promote' } : { do: 'wait', until };
}

function awaitEnd(until: Date, now: Date, renewal: Date): RotationStep {
  if (now >= until) return { do: 'forget_previous' };
  return { do: 'wait', until: until < renewal ? until : renewal };
}

/** Why a certificate cannot be shown, if it cannot. */
function faultOf(identity: Identity | undefined, { dnsNames, now }: RotationInput): string | undefined {
  if (identity === undefined) return 'there is no certificate yet';
  const facts = readCertificate(identity.certificate);
  if (facts === undefined || readCertificate(identity.authority) === undefined) return 'it cannot be read';
  if (now >= facts.notAfter) return 'it has expired';
  if (now < facts.notBefore) return 'it is not valid yet: the clock went back';
  const missing = dnsNames.filter((name) => !facts.dnsNames.includes(name));
  return missing.length === 0 ? undefined : `it lacks the name ${missing[0]}`;
}

/** Two thirds of the way through its life. */
function renewalTime(identity: Identity | undefined): Date {
  const facts = identity === undefined ? undefined : readCertificate(identity.certificate);
  if (facts === undefined) return new Date(0);
  const start = facts.notBefore.getTime();
  return new Date(start + ((facts.notAfter.getTime() - start) * 2) / 3);
}

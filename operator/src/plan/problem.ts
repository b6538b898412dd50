import type { Reason } from '../api/reasons.ts';

/** A contradiction between a Microservice and the rest of the cluster. While there is one, nothing that runs is changed. */
export interface Problem {
  /** The field of the Microservice, for example `spec.bindings[0].brokerName`. */
  readonly field: string;
  readonly reason: Reason;
  /** What is wrong and what to do. Made of names and codes, never of a Secret's content. */
  readonly message: string;
}

/** A problem as one line: the field first, as people look for it. */
export function problemText({ field, message }: Problem): string {
  return `${field}: ${message}`;
}

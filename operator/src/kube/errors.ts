/**
 * Every way in which a call to the API server can fail, as three classes: the server answered with an error
 * (`ApiError`), no usable answer came (`TransportError`), or retrying cannot help (`TerminalError`).
 */
import type { V1Status } from '@kubernetes/client-node';
import type { Wire } from './wire.ts';

/** What the server sends instead of an object when a call fails. */
export type Status = Wire<V1Status>;

/** The kinds of answers that callers tell apart, each with the status it stands for and what to do about it. */
export const apiErrors = {
  KUBE_BAD_REQUEST: { status: 400, advice: 'the request itself is wrong; this is a fault of the caller' },
  KUBE_UNAUTHORIZED: { status: 401, advice: 'check the credentials of the kubeconfig or of the service account' },
  KUBE_FORBIDDEN: { status: 403, advice: 'give the user this verb by RBAC, or see which policy refused it' },
  KUBE_NOT_FOUND: { status: 404, advice: 'the object, or its whole type, is not there' },
  KUBE_CONFLICT: { status: 409, advice: 'somebody else changed it: read it again' },
  KUBE_ALREADY_EXISTS: { status: 409, advice: 'an object of that name is there already' },
  KUBE_GONE: { status: 410, advice: 'that version is too old to go on from: list again' },
  KUBE_TOO_LARGE: { status: 413, advice: 'the object is over the size limit of the API server' },
  KUBE_INVALID: { status: 422, advice: 'correct the fields that the message names' },
  KUBE_TOO_MANY_REQUESTS: { status: 429, advice: 'wait for as long as the server asks' },
  KUBE_SERVER_ERROR: { status: 500, advice: 'the API server, or a webhook it calls, failed: try again' },
} as const;

export type ApiErrorCode = keyof typeof apiErrors;

/** Finds the catalogue's entry for an HTTP status and a Kubernetes reason. Unknown 4xx count as bad requests. */
export function codeFor(status: number, reason: string): ApiErrorCode {
  if (status === 409) return reason === 'AlreadyExists' ? 'KUBE_ALREADY_EXISTS' : 'KUBE_CONFLICT';
  if (reason === 'Expired') return 'KUBE_GONE';
  for (const [code, entry] of Object.entries(apiErrors)) {
    if (entry.status === status) return code as ApiErrorCode;
  }
  return status >= 500 ? 'KUBE_SERVER_ERROR' : 'KUBE_BAD_REQUEST';
}

/** What an error can tell beyond its status. */
export interface ApiErrorDetails {
  readonly retryAfter?: number | undefined;
  readonly fields?: readonly string[] | undefined;
}

/** The API server answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The `reason` of the Kubernetes Status, such as `NotFound`; empty where the answer was no Status. */
  readonly reason: string;
  readonly code: ApiErrorCode;
  /** How long the server asks to wait, in seconds, if it says so. */
  readonly retryAfter: number | undefined;
  /** The fields that an invalid object is wrong in. */
  readonly fields: readonly string[];

  constructor(status: number, reason: string, message: string, details: ApiErrorDetails = {}) {
    const code = codeFor(status, reason);
    super(`${message} (${status}${reason === '' ? '' : ` ${reason}`}: ${apiErrors[code].advice})`);
    this.status = status;
    this.reason = reason;
    this.code = code;
    this.retryAfter = details.retryAfter;
    this.fields = details.fields ?? [];
  }

  /**
   * Makes the error from a Status object: an answer's body, or the object of an ERROR event within a watch. What the
   * HTTP answer itself says goes before what stands in the Status.
   */
  static fromStatus(status: Status, context: string, http: { status?: number; retryAfter?: number } = {}): ApiError {
    const retryAfter = http.retryAfter ?? status.details?.retryAfterSeconds;
    const fields = status.details?.causes?.flatMap((cause) => cause.field ?? []);
    const message = `${context}: ${status.message || 'no message'}`;
    return new ApiError(http.status ?? status.code ?? 500, status.reason ?? '', message, { retryAfter, fields });
  }
}

/** Why no usable answer came. `DEADLINE`: none in time. `NETWORK`: no connection, or it broke. `PROTOCOL`: no JSON. */
export type TransportErrorCode = 'DEADLINE' | 'NETWORK' | 'PROTOCOL';

/** No usable answer came; whether a write was carried out is unknown. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Thrown by a reconcile function when only a change of its input can help: it is counted and not tried again. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** Whether the error is an answer of the API server of one of the given kinds. */
export function isApiError(error: unknown, ...codes: readonly ApiErrorCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}

/**
 * What the API server asks of an admission webhook and what it is told.
 * Source: Kubernetes API, group admission.k8s.io, version v1.
 */
import type { Operation } from 'fast-json-patch';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** One object that is about to be written. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  /** Empty while a created object has only `generateName`. */
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] };
  /** The new object; null for DELETE. Its own type is not checked. */
  readonly object?: object | null;
  readonly oldObject?: object | null;
  readonly dryRun?: boolean;
}

export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly request: AdmissionRequest;
}

/** What a handler decides. The server adds the request's uid and encodes the patch. */
export interface AdmissionResponse {
  readonly allowed: boolean;
  /** A JSON patch (RFC 6902) that makes the object what it shall be; empty and absent mean unchanged. */
  readonly patch?: readonly Operation[] | undefined;
  /** Shown to the user by kubectl; 120 characters each at most, or the API server cuts them. */
  readonly warnings?: readonly string[] | undefined;
  /** Kept in the API server's audit log, under the webhook's name. Keys must be qualified names' last parts. */
  readonly auditAnnotations?: Readonly<Record<string, string>> | undefined;
  /** Why it was not allowed. */
  readonly status?: { readonly code: number; readonly message: string } | undefined;
}

/**
 * Decides about one object. A handler that cannot do its work answers `allowed: true` with a warning of its own; what
 * it throws is answered as a failure, with which the API server deals by the webhook's failurePolicy.
 */
export type AdmissionHandler = (review: AdmissionReview) => Promise<AdmissionResponse>;

const nonEmpty = { type: 'string', minLength: 1 };
const text = { type: 'string' };

/** The JSON schema of what the server accepts. Fields of later versions of Kubernetes are let through. */
export const admissionReviewSchema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'request'],
  properties: {
    apiVersion: { const: 'admission.k8s.io/v1' },
    kind: { const: 'AdmissionReview' },
    request: {
      type: 'object',
      required: ['uid', 'kind', 'resource', 'operation'],
      properties: {
        uid: { ...nonEmpty, maxLength: 128 },
        kind: {
          type: 'object',
          required: ['group', 'version', 'kind'],
          properties: { group: text, version: nonEmpty, kind: nonEmpty },
        },
        resource: {
          type: 'object',
          required: ['group', 'version', 'resource'],
          properties: { group: text, version: nonEmpty, resource: nonEmpty },
        },
        subResource: text,
        name: text,
        namespace: text,
        operation: { enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] },
        userInfo: {
          type: 'object',
          properties: { username: text, groups: { type: 'array', items: text } },
        },
        object: { type: ['object', 'null'] },
        oldObject: { type: ['object', 'null'] },
        dryRun: { type: 'boolean' },
      },
    },
  },
} as const;

/** Writes the answer to a review. */
export function answerTo(review: AdmissionReview, response: AdmissionResponse): object {
  const { patch, ...rest } = response;
  const encoded =
    patch === undefined || patch.length === 0
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
  return {
    apiVersion: review.apiVersion,
    kind: review.kind,
    response: { uid: review.request.uid, ...rest, ...encoded },
  };
}

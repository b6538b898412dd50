/** Takes an AdmissionReview from a request, or says why it is none. The endpoint is open to whoever reaches the port. */
import type { IncomingMessage } from 'node:http';
import { Ajv } from 'ajv';
import { type AdmissionReview, admissionReviewSchema } from './admissionReview.ts';

/** The API server itself takes no body over 3 MiB; a review can hold an object and the one before it. */
const bodyLimit = 7 * 1024 * 1024;

/** The caller sent something else than a review. */
export class Refusal extends Error {
  /** The HTTP status. */
  readonly code: 400 | 404 | 413 | 415;

  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const isReview = new Ajv({ allowUnionTypes: true }).compile<AdmissionReview>(admissionReviewSchema);

/**
 * Reads a request to its end and gives the review that it holds.
 * @throws Refusal where it is not a POST of one to /inject, as JSON and of at most 7 MiB
 */
export async function readReview(request: IncomingMessage): Promise<AdmissionReview> {
  // API servers add the time that they wait as a query.
  const [path] = (request.url ?? '').split('?', 1);
  if (request.method !== 'POST' || path !== '/inject') throw new Refusal(404, 'Only POST /inject is served here');
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') throw new Refusal(415, 'Send application/json');
  const review = parse(await readBody(request));
  if (isReview(review)) return review;
  const [fault] = isReview.errors ?? [];
  throw new Refusal(
    400,
    `This is no AdmissionReview of admission.k8s.io/v1: body${fault?.instancePath} ${fault?.message}`,
  );
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= bodyLimit) return;
    request.off('data', take);
    reject(new Refusal(413, 'The body is over the limit of 7 MiB'));
  };
  request.on('data', take);
  request.on('end', () => resolve(Buffer.concat(chunks, size)));
  request.on('error', () => reject(new Refusal(400, 'The caller went away before the body was whole')));
  return promise;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // What the parser says quotes the body, which may hold what is secret.
    throw new Refusal(400, 'The body is no JSON');
  }
}

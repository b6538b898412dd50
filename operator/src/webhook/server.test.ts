import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AdmissionHandler, AdmissionReview } from './admissionReview.ts';
import { type Identity, issueIdentity } from './certificate.ts';
import { type WebhookOutcome, WebhookServer } from './server.ts';

const request = { dnsNames: ['localhost'], now: new Date(), lifetimeMs: 86_400_000 };

let first: Identity;
let second: Identity;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [first, second] = await Promise.all([issueIdentity(request), issueIdentity(request)]);
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const review: AdmissionReview = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    namespace: 'shop',
    operation: 'CREATE',
    object: { metadata: { generateName: 'orders-' } },
  },
};

const allow: AdmissionHandler = async () => ({ allowed: true });

/** A running server, and a way to ask it that trusts the given authority. */
async function serving(handle: AdmissionHandler) {
  const outcomes: WebhookOutcome[] = [];
  const errors: string[] = [];
  const keep = (fields: object, message: string): void => {
    errors.push(`${message}: ${(fields as { err?: Error }).err?.message}`);
  };
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const server = new WebhookServer({ handle, identity: first, log, observe: (outcome) => outcomes.push(outcome) });
  const { port } = await server.listen(0, '127.0.0.1');
  closing.push(() => server.close());
  return { server, port, outcomes, errors };
}

interface Asked {
  readonly agent?: Agent;
  readonly authority?: string;
  readonly type?: string;
  readonly path?: string;
}

/** Posts a body and returns status, parsed answer, and the socket that carried it. */
async function post(port: number, body: unknown, asked: Asked = {}) {
  const { agent, authority = first.authority, type = 'application/json', path = '/inject' } = asked;
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(content) };
  const options = { host: 'localhost', family: 4, port, path, method: 'POST', headers, ca: authority };
  const sent = httpsRequest({ ...options, ...(agent === undefined ? { agent: false } : { agent }) });
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  sent.on('response', resolve).on('error', reject).end(content);
  const answer = await promise;
  const socket = answer.socket as TLSSocket;
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(await text(answer)), socket };
}

test('a review is handed to the handler and its decision comes back with the uid', async () => {
  const seen: AdmissionReview[] = [];
  const { port, outcomes } = await serving(async (each) => {
    seen.push(each);
    const patch = [{ op: 'add' as const, path: '/metadata/labels', value: { a: 'ü' } }];
    return { allowed: true, patch, warnings: ['mind the gap'], auditAnnotations: { injected: 'yes' } };
  });
  const { status, headers, body } = await post(port, review);
  expect(seen).toEqual([review]);
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('application/json');
  const { patch, ...rest } = body.response;
  expect(JSON.parse(Buffer.from(patch, 'base64').toString())).toEqual([
    { op: 'add', path: '/metadata/labels', value: { a: 'ü' } },
  ]);
  expect({ ...body, response: rest }).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: review.request.uid,
      allowed: true,
      warnings: ['mind the gap'],
      auditAnnotations: { injected: 'yes' },
      patchType: 'JSONPatch',
    },
  });
  expect(outcomes).toEqual(['answered']);
});

test('an unchanged object is answered without a patch', async () => {
  const { port } = await serving(async () => ({ allowed: true, patch: [] }));
  const { body } = await post(port, review);
  expect(body.response).toEqual({ uid: review.request.uid, allowed: true });
});

test.each<readonly [string, unknown, string]>([
  [
    'another version',
    { ...review, apiVersion: 'admission.k8s.io/v1beta1' },
    'body/apiVersion must be equal to constant',
  ],
  ['no request', { apiVersion: review.apiVersion, kind: review.kind }, "body must have required property 'request'"],
  ['a number as uid', { ...review, request: { ...review.request, uid: 7 } }, 'body/request/uid must be string'],
  [
    'a dryRun that is text',
    { ...review, request: { ...review.request, dryRun: 'true' } },
    'request/dryRun must be boolean',
  ],
  [
    'an object that is a list',
    { ...review, request: { ...review.request, object: [] } },
    'request/object must be object,null',
  ],
  ['an array', [review], 'body must be object'],
  ['no JSON', '{"apiVersion":', 'JSON'],
])('%s is refused with what is wrong', async (_, body, message) => {
  const { port, outcomes } = await serving(allow);
  const answer = await post(port, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: 400 });
  expect(answer.body.message).toContain(message);
  expect(outcomes).toEqual(['refused']);
});

test('fields of later versions of Kubernetes are let through', async () => {
  const { port } = await serving(allow);
  const later = { ...review, later: 1, request: { ...review.request, later: { field: [1] } } };
  expect((await post(port, later)).status).toBe(200);
});

test('another content type is refused', async () => {
  const { port } = await serving(allow);
  for (const type of ['text/plain', 'application/yaml', 'application/x-www-form-urlencoded']) {
    const answer = await post(port, review, { type });
    expect([answer.status, answer.body.message]).toEqual([415, 'Send application/json']);
  }
});

test('a body over seven mebibytes is refused', async () => {
  const { port } = await serving(allow);
  const answer = await post(port, { ...review, padding: 'x'.repeat(7 * 1024 * 1024) }).catch((error) => error);
  // Where the server closes the connection while the client still writes, the client may see only that.
  expect(answer.status ?? answer.code).toSatisfy((seen: unknown) =>
    [413, 'EPIPE', 'ECONNRESET'].includes(seen as never),
  );
});

test('a body over seven mebibytes that does not say its length is refused', async () => {
  const { port, outcomes } = await serving(allow);
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: first.authority });
  // Where the server closes the connection while the client still writes, the client may see only that.
  const ended = new Promise<unknown>((resolve) => socket.resume().on('close', resolve).on('error', resolve));
  socket.write('POST /inject HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
  socket.write('transfer-encoding: chunked\r\n\r\n');
  const chunk = `${(1 << 20).toString(16)}\r\n${' '.repeat(1 << 20)}\r\n`;
  for (let sent = 0; sent < 8; sent++) socket.write(chunk);
  await ended;
  expect(outcomes).toEqual(['refused']);
});

test('a caller that goes away in the middle of a body costs nothing', async () => {
  const { port, outcomes } = await serving(allow);
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: first.authority });
  const head =
    'POST /inject HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
  socket.write(head, () => socket.destroy());
  await vi.waitFor(() => expect(outcomes).toEqual(['refused']));
  expect((await post(port, review)).status).toBe(200);
});

test('a key called __proto__ is a key like any other', async () => {
  const seen: AdmissionReview[] = [];
  const { port } = await serving(async (each) => {
    seen.push(each);
    return { allowed: true };
  });
  const text = JSON.stringify(review).replace('"generateName"', '"__proto__":{"allowed":false},"generateName"');
  expect((await post(port, text)).body.response).toEqual({ uid: review.request.uid, allowed: true });
  const { metadata } = (seen as unknown as [{ request: { object: { metadata: object } } }])[0].request.object;
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
});

test('another path is refused', async () => {
  const { port } = await serving(allow);
  const answer = await post(port, review, { path: '/other' });
  expect([answer.status, answer.body.message]).toEqual([404, 'Only POST /inject is served here']);
});

test('a handler that throws is a failure without details outside, and is logged', async () => {
  const { port, errors, outcomes } = await serving(async () => {
    throw new Error('the secret detail');
  });
  const answer = await post(port, review);
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain('secret');
  expect(errors).toEqual(['The webhook could not answer: the secret detail']);
  expect(outcomes).toEqual(['failed']);
});

test('a client that does not trust the authority is not served', async () => {
  const { port } = await serving(allow);
  await expect(post(port, review, { authority: second.authority })).rejects.toThrow('certificate');
});

test('a client that speaks TLS 1.2 at most is not served', async () => {
  const { port } = await serving(allow);
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca: first.authority,
    maxVersion: 'TLSv1.2',
  });
  const error = await new Promise((resolve) =>
    socket.on('error', resolve).on('secureConnect', () => resolve(undefined)),
  );
  expect(error).toBeInstanceOf(Error);
});

test('a new certificate is shown to new connections, and the open ones go on', async () => {
  const { server, port } = await serving(allow);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(async () => agent.destroy());
  const before = await post(port, review, { agent });
  server.swapCertificate(second);
  const kept = await post(port, review, { agent });
  expect(kept.socket).toBe(before.socket);
  expect((await post(port, review, { authority: second.authority })).status).toBe(200);
  await expect(post(port, review, { authority: first.authority })).rejects.toThrow('certificate');
  // Who trusts both, as API servers do between the two, notices nothing.
  expect((await post(port, review, { authority: first.authority + second.authority })).status).toBe(200);
});

test('a server that retires answers each connection once more', async () => {
  const { server, port } = await serving(allow);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(async () => agent.destroy());
  const { socket } = await post(port, review, { agent });
  server.retire();
  const kept = await post(port, review, { agent });
  expect([kept.socket === socket, kept.status, kept.headers.connection]).toEqual([true, 200, 'close']);
  const next = await post(port, review, { agent });
  expect([next.socket === socket, next.status, next.headers.connection]).toEqual([false, 200, 'close']);
});

test('closing answers what was asked and turns away what comes after', async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { server, port } = await serving(async ({ request: { name } }) => {
    if (name === 'slow') {
      asked.resolve();
      await release.promise;
    }
    return { allowed: true };
  });
  const agent = new Agent({ keepAlive: true });
  closing.push(async () => agent.destroy());
  const answer = post(port, { ...review, request: { ...review.request, name: 'slow' } }, { agent });
  await asked.promise;
  const closed = server.close();
  await vi.waitFor(() => expect(post(port, review)).rejects.toThrow('ECONNREFUSED'));
  release.resolve();
  const { status, headers } = await answer;
  expect([status, headers.connection]).toEqual([200, 'close']);
  await closed;
});

test('closing does not wait for connections that carry nothing', async () => {
  const { server, port } = await serving(allow);
  const agent = new Agent({ keepAlive: true });
  closing.push(async () => agent.destroy());
  await post(port, review, { agent });
  await server.close();
});

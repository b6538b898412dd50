/**
 * What any webhook in Node costs at least: Node's own HTTPS server, one JSON.parse of the review, and an answer that was
 * made at the start, of the size that ours has. What is above it is Standpipe's.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { inject } from '../../operator/src/inject/inject.ts';
import { patchBetween } from '../../operator/src/inject/patch.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { plan, review } from './plan.ts';

const [certificate, key, port] = process.argv.slice(2) as [string, string, string];
const { request } = review();
const pod = request.object as PodTemplate;
const injected = inject(pod, plan);
if ('skip' in injected) throw new Error(`the pod is not injected: ${injected.skip}`);
const patch = Buffer.from(JSON.stringify(patchBetween(pod, injected.template))).toString('base64');
const response = { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch };
const answer = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };

createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    if (text !== '') JSON.parse(text);
    outgoing.writeHead(200, headers).end(answer);
  });
}).listen(Number(port), '127.0.0.1');

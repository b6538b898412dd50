import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { revisionAnnotation } from '../../operator/src/api/names.ts';
import { inject } from '../../operator/src/inject/inject.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import type { Plan } from '../../operator/src/plan/plan.ts';
import { revisionOf } from '../../operator/src/plan/revision.ts';
import type { AdmissionReview } from '../../operator/src/webhook/admissionReview.ts';

const resources = { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } };

/** What is injected: both sidecars, one tapped port, logs from standard output. */
export const plan: Plan = {
  format: 1,
  microservice: 'orders',
  namespace: 'shop',
  containers: ['orders'],
  ports: [{ name: 'http', port: 8080, protocol: 'http' }],
  bindings: [],
  sidecar: {
    image: 'registry.example.com/standpipe/sidecar:1',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    runAsUser: 10_001,
  },
  metrics: { inbound: 'rebind', expose: 'annotations', scrapeDeclared: false, resources },
  logs: { source: 'stdout', directories: [], drainSeconds: 10, stateBytes: 67_108_864, resources },
};

/** The review that is sent: recorded from an API server, of a pod of a ReplicaSet that names the Plan. */
export function review(): AdmissionReview {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'review.json'), 'utf8')) as AdmissionReview;
  const pod = recorded.request.object as PodTemplate;
  pod.metadata = {
    ...pod.metadata,
    annotations: { ...pod.metadata?.annotations, [revisionAnnotation]: revisionOf(plan) },
  };
  return recorded;
}

/** What injection adds to that pod, for a server that does not work it out: the parts that are the same for every pod. */
export function additions(): object {
  const result = inject(review().request.object as PodTemplate, plan);
  if ('skip' in result) throw new Error(`the pod of the review is not injected: ${result.skip}`);
  const { metadata, spec } = result.template;
  const isOurs = ({ name }: { readonly name: string }) => name.startsWith('standpipe-');
  return {
    annotations: metadata?.annotations,
    gracePeriodSeconds: spec.terminationGracePeriodSeconds,
    initContainers: spec.initContainers?.filter(isOurs),
    volumes: spec.volumes?.filter(isOurs),
  };
}

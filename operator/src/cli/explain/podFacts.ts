import type { Microservice } from '../../api/generated/microservice.ts';
import { metricsPort, microserviceLabel, planName, revisionAnnotation } from '../../api/names.ts';
import { storedPlan } from '../../controllers/storedPlans.ts';
import { microservices, type Workload, type WorkloadKind } from '../../controllers/types.ts';
import { workloadTypes } from '../../controllers/workloads.ts';
import { recordOf } from '../../inject/record.ts';
import type { PodTemplate } from '../../inject/template.ts';
import { controllerRevisions, type Pod, pods } from '../../kube/builtin.ts';
import type { Client } from '../../kube/client.ts';
import { ApiError, isApiError, TransportError } from '../../kube/errors.ts';
import type { ObjectKey } from '../../kube/wire.ts';
import type { Plan } from '../../plan/plan.ts';
import { readSidecarStatus, type SidecarStatus } from './sidecarStatus.ts';

/** What came of asking: the thing, nothing because there is none, or why it could not be read. */
export interface Answer<T> {
  readonly found?: T;
  readonly refused?: string;
}

/** What a pod belongs to. */
export interface PodOwner {
  readonly kind: string;
  readonly name: string;
}

/** A pod and what stands around it. */
export interface PodFacts {
  readonly pod: Pod;
  readonly owner: PodOwner | undefined;
  readonly microservice: Answer<Microservice>;
  readonly workload: Answer<Workload>;
  /** The Plan that the pod asks for; not asked for where the pod is injected. */
  readonly plan: Answer<Plan>;
  /** Not asked for where there is no sidecar that could answer. */
  readonly status: Answer<SidecarStatus>;
  /** The pod's page of metrics. */
  readonly page: Answer<string>;
}

/**
 * Reads a pod and what explains it. What else than the pod cannot be read is noted, with the verb that is needed.
 * @returns undefined where there is no such pod
 */
export async function gatherPodFacts(client: Client, key: ObjectKey): Promise<PodFacts | undefined> {
  const pod = await client.find(pods, key);
  if (pod === undefined) return undefined;
  const { namespace } = key;
  const owner = ownerOf(pod);
  const isInjected = recordOf(pod as unknown as PodTemplate) !== null;
  const microservice = await askMicroservice(client, pod, owner);
  const kind = owner === undefined || !Object.hasOwn(workloadTypes, owner.kind) ? undefined : owner.kind;
  const type = kind === undefined ? undefined : workloadTypes[kind as WorkloadKind];
  const workload =
    type === undefined || owner === undefined
      ? {}
      : await ask(`get ${type.plural}`, () => client.find(type, { namespace, name: owner.name }));
  const name = pod.metadata.labels?.[microserviceLabel];
  const revision = pod.metadata.annotations?.[revisionAnnotation] ?? microservice.found?.status?.revision;
  const plan =
    isInjected || name === undefined || revision === undefined
      ? {}
      : await ask('get controllerrevisions', async () => {
          const stored = await client.find(controllerRevisions, { namespace, name: planName(name, revision) });
          return stored === undefined ? undefined : storedPlan(stored);
        });
  const answers = isInjected && pod.status?.phase === 'Running' ? await askSidecar(client, key) : {};
  return { pod, owner, microservice, workload, plan, status: {}, page: {}, ...answers };
}

/** The page of metrics comes first: what `/status` tells of it is then of now. */
async function askSidecar(client: Client, key: ObjectKey): Promise<Pick<PodFacts, 'page' | 'status'>> {
  const page = await ask('get pods/proxy', () => client.podPage(key, metricsPort, '/metrics'));
  if (page.refused !== undefined) return { page, status: { refused: page.refused } };
  const status = await ask('get pods/proxy', async () =>
    readSidecarStatus(await client.podPage(key, metricsPort, '/status')),
  );
  return { page, status };
}

/** The Microservice that the pod's label names, or else the one that is for the pod's workload. */
function askMicroservice(
  client: Client,
  { metadata }: Pod,
  owner: PodOwner | undefined,
): Promise<Answer<Microservice>> {
  const { namespace } = metadata;
  const name = metadata.labels?.[microserviceLabel];
  if (name !== undefined) {
    return ask('get microservices.standpipe.dev', () => client.find(microservices, { namespace, name }));
  }
  return ask('list microservices.standpipe.dev', async () => {
    const { items } = await client.list(microservices, { namespace });
    return items.find((candidate) => {
      const { kind = 'Deployment', name: wanted = candidate.metadata.name } = candidate.spec.workload ?? {};
      return kind === owner?.kind && wanted === owner.name;
    });
  });
}

/**
 * The workload of a pod, by its controller. ReplicaSets are named after their Deployment and the hash that their pods carry,
 * Jobs after their CronJob and the minute that they are for.
 */
function ownerOf({ metadata }: Pod): PodOwner | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return undefined;
  const { kind, name } = owner;
  const hash = metadata.labels?.['pod-template-hash'];
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
  }
  const [, cronJob] = /^(.+)-\d{8}$/.exec(name) ?? [];
  return kind === 'Job' && cronJob !== undefined ? { kind: 'CronJob', name: cronJob } : { kind, name };
}

async function ask<T>(access: string, read: () => Promise<T | undefined>): Promise<Answer<T>> {
  try {
    const found = await read();
    return found === undefined ? {} : { found };
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof TransportError)) throw error;
    const isForbidden = isApiError(error, 'KUBE_FORBIDDEN');
    return { refused: isForbidden ? `you may not ${access}: it takes a role with that verb` : error.message };
  }
}

import {
  fieldManager,
  injectedAnnotation,
  managedBy,
  managedByLabel,
  microserviceLabel,
  ownerLabel,
  planName,
} from '../api/names.ts';
import type { ControllerRevision } from '../kube/builtin.ts';
import { controllerRevisions, type Pod, pods } from '../kube/builtin.ts';
import type { Applied, Created } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { type Clock, sleep } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import type { Settings } from '../plan/settings.ts';

/** The Microservice that trial pods name. It has a stored Plan and nothing else. */
const name = 'canary';

/** How long one answer is believed, in milliseconds: workloads that are marked at the same time share one. */
const trustMs = 5_000;

/** How often the webhook is tried while nobody asks, in milliseconds: longer than an answer is believed. */
const everyMs = 60_000;

/** Told of each try: for metrics. */
export interface CanaryHooks {
  /** The trial pod came back injected or bare, or the API server did not take it. */
  readonly tried?: ((result: 'injected' | 'bare' | 'error') => void) | undefined;
}

/**
 * Finds out whether the webhook works as the API server sees it: a labelled pod is created as a dry run, which is
 * admitted like any other and stored nowhere. It works if the pod comes back injected.
 */
export class WebhookCanary {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #plan: Plan;
  readonly #hooks: CanaryHooks;
  #stored = false;
  #worksUntil = 0;

  /** @param namespace a namespace for nothing else, in which the webhook is active */
  constructor(client: Client, namespace: string, settings: Settings, hooks: CanaryHooks = {}) {
    this.#client = client;
    this.#namespace = namespace;
    this.#plan = canaryPlan(namespace, settings);
    this.#hooks = hooks;
  }

  /** Tries the webhook once a minute until the signal aborts, so that metrics tell of a fault before pods do. */
  async run(signal: AbortSignal, clock: Clock, log: Log): Promise<void> {
    for (await sleep(clock, everyMs, signal); !signal.aborted; await sleep(clock, everyMs, signal)) {
      await this.works(signal).catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'The webhook could not be tried');
      });
    }
  }

  /** Whether the webhook injects. A good answer is believed for a moment, a bad one is not kept. */
  async works(signal: AbortSignal): Promise<boolean> {
    return performance.now() < this.#worksUntil || this.worksNow(signal);
  }

  /** Whether the webhook injects at this moment: for those who would take a pod away. */
  async worksNow(signal: AbortSignal): Promise<boolean> {
    const injected = await this.#try(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#hooks.tried?.('error');
      throw error;
    });
    this.#hooks.tried?.(injected ? 'injected' : 'bare');
    if (injected) this.#worksUntil = performance.now() + trustMs;
    return injected;
  }

  async #try(signal: AbortSignal): Promise<boolean> {
    await this.#storePlan(signal);
    const pod = await this.#client.create(pods, canaryPod(this.#namespace), { dryRun: true, signal });
    return pod.metadata.annotations?.[injectedAnnotation] !== undefined;
  }

  async #storePlan(signal: AbortSignal): Promise<void> {
    if (this.#stored) return;
    const labels = { [managedByLabel]: managedBy, [ownerLabel]: name };
    const metadata = { name: planName(name, revisionOf(this.#plan)), namespace: this.#namespace, labels };
    const body = { metadata, data: this.#plan, revision: 1 } as unknown as Applied<ControllerRevision>;
    await this.#client.apply(controllerRevisions, body, { fieldManager, force: true, signal });
    this.#stored = true;
  }
}

function canaryPlan(namespace: string, { image, metrics }: Settings): Plan {
  return {
    format: 1,
    microservice: name,
    namespace,
    containers: [],
    ports: [],
    bindings: [],
    sidecar: { image, imagePullPolicy: 'IfNotPresent', imagePullSecrets: [], runAsUser: 10_001 },
    metrics: { inbound: 'off', expose: 'none', scrapeDeclared: false, resources: metrics.resources },
    logs: null,
  };
}

/** A pod that every admission policy lets pass. It never runs. */
function canaryPod(namespace: string): Created<Pod> {
  const restricted = {
    runAsNonRoot: true,
    runAsUser: 10_001,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return {
    metadata: { name: 'canary', namespace, labels: { [microserviceLabel]: name } },
    spec: { containers: [{ name: 'app', image: 'canary', securityContext: restricted }] },
  } as unknown as Created<Pod>;
}

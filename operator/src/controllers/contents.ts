import type { Microservice } from '../api/generated/microservice.ts';
import { bindingSecretName, configMapName, logsConfigKey, metricsConfigKey } from '../api/names.ts';
import { type ConfigMap, configMaps, type Secret, secrets } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Store } from '../kube/store.ts';
import type { PlanBinding, PlanMetrics } from '../plan/plan.ts';
import type { PlannedPodMonitor } from '../plan/podMonitor.ts';
import type { Problem } from '../plan/problem.ts';
import type { Resolution } from '../plan/resolve.ts';
import { type SecretContent, secretContent } from './bindingSecrets.ts';
import { hadData } from './digested.ts';
import { NotOursError, OwnedObjects } from './owned.ts';
import { podMonitors } from './types.ts';

/** The content of each generated Secret, by its name. */
type Secrets = ReadonlyMap<string, SecretContent>;

/** What pods find in their volumes: the ConfigMap of the sidecars and the Secrets of the bindings. */
export class Contents {
  readonly #owned: OwnedObjects;
  readonly #generated: Store<ConfigMap>;
  readonly #platformSecrets: Store<Secret>;
  readonly #namespace: string;

  /**
   * @param generated the ConfigMaps, which are followed
   * @param namespace the operator's own, where the platform's Secrets are
   */
  constructor(client: Client, platformSecrets: Store<Secret>, generated: Store<ConfigMap>, namespace: string) {
    this.#owned = new OwnedObjects(client);
    this.#generated = generated;
    generated.onChange((before, after) => this.#owned.notice(configMaps, before, after), 'later');
    this.#platformSecrets = platformSecrets;
    this.#namespace = namespace;
  }

  /** Mixes the Secrets, or says what of the platform's is missing. Nothing is written. */
  mix({ recipes, plan }: Resolution): Secrets | Problem[] {
    const lookup = (name: string) => this.#platformSecrets.get({ namespace: this.#namespace, name });
    const contents = new Map<string, SecretContent>();
    const problems: Problem[] = [];
    for (const recipe of recipes) {
      const content = secretContent(recipe, lookup);
      const i = plan.bindings.findIndex(({ name }) => name === recipe.binding);
      if ('data' in content) contents.set(recipe.secretName, content);
      else problems.push({ ...content, field: `spec.bindings[${i}].brokerName` });
    }
    return problems.length > 0 ? problems : contents;
  }

  /** Looks at the Secrets again: pods wait, and no watch tells of Secrets. */
  doubt({ metadata }: Microservice, contents: Secrets): void {
    for (const name of contents.keys()) this.#owned.doubt(secrets, metadata.namespace ?? '', name);
  }

  /** Writes the Secrets and the ConfigMap, where they differ. Returns a problem where a name is taken. */
  async write(
    owner: Microservice,
    resolution: Resolution,
    contents: Secrets,
    signal: AbortSignal,
  ): Promise<Problem | null> {
    try {
      // First, since the cluster may not have the kind: then nothing is written.
      const { podMonitor } = resolution;
      if (podMonitor !== null && !(await this.#writePodMonitor(owner, podMonitor, signal))) return withoutPodMonitors;
      for (const [name, content] of contents) await this.#owned.ensure(secrets, owner, name, content, signal);
      const data = configData(resolution);
      const name = configMapName(owner.metadata.name);
      const cached = this.#generated.get({ namespace: owner.metadata.namespace, name });
      if (cached !== undefined && hadData(cached, data)) this.#owned.trust(configMaps, owner, cached, { data });
      await this.#owned.ensure(configMaps, owner, name, { data }, signal);
      return null;
    } catch (error) {
      if (!(error instanceof NotOursError)) throw error;
      return { field: 'metadata.name', reason: 'SecretNotOurs', message: error.message };
    }
  }

  /** False where the cluster has no PodMonitors. */
  async #writePodMonitor(owner: Microservice, { labels, ...spec }: PlannedPodMonitor, signal: AbortSignal) {
    try {
      await this.#owned.ensure(podMonitors, owner, configMapName(owner.metadata.name), { spec }, signal, labels);
      return true;
    } catch (error) {
      if (isApiError(error, 'KUBE_NOT_FOUND')) return false;
      throw error;
    }
  }

  /**
   * Deletes the Secrets of bindings that are no longer declared.
   * @param before the bindings of earlier Plans: the status has lost those that went while pods still mounted them
   * @param now those of the current one
   */
  async prune(
    owner: Microservice,
    before: readonly PlanBinding[],
    now: readonly PlanBinding[],
    signal: AbortSignal,
  ): Promise<void> {
    const kept = new Set(now.map(({ secretName }) => secretName));
    const names = new Set(before.map(({ secretName }) => secretName));
    for (const name of names) {
      // Other Secrets are those that a team wrote by itself.
      const generated = name.startsWith(bindingSecretName(owner.metadata.name, ''));
      if (generated && !kept.has(name)) await this.#owned.remove(secrets, owner, name, signal);
    }
  }

  /** Deletes the PodMonitor that an earlier Plan had, where the current one has none. */
  async prunePodMonitor(
    owner: Microservice,
    before: readonly PlanMetrics[],
    now: PlanMetrics,
    signal: AbortSignal,
  ): Promise<void> {
    if (now.expose === 'podMonitor' || !before.some(({ expose }) => expose === 'podMonitor')) return;
    await this.#owned.remove(podMonitors, owner, configMapName(owner.metadata.name), signal);
  }

  /** Forgets what it knows of a Microservice that is gone. */
  forget(namespace: string, microservice: string): void {
    this.#owned.forget(namespace, microservice);
  }
}

const withoutPodMonitors: Problem = {
  field: 'spec.metrics.expose',
  reason: 'PodMonitorMissing',
  message: 'this cluster has no PodMonitors: install the Prometheus operator, or use expose: annotations',
};

function configData({ metricsConfig, logsConfig, bindingEntries }: Resolution): Record<string, string> {
  return {
    [metricsConfigKey]: JSON.stringify(metricsConfig, null, 2),
    ...(logsConfig === null ? {} : { [logsConfigKey]: JSON.stringify(logsConfig, null, 2) }),
    ...bindingEntries,
  };
}

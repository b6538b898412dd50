import {
  bindingSecretName,
  configMapName,
  planName,
  revisionAnnotation,
  trialAnnotation,
} from '../../operator/src/api/names.ts';
import { microservices } from '../../operator/src/controllers/types.ts';
import { configMaps, controllerRevisions, deployments, secrets } from '../../operator/src/kube/builtin.ts';
import type { Applied } from '../../operator/src/kube/calls.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';

/** The annotation in which a stranger notes the round, and the entry that one adds to a ConfigMap. */
export const noted = 'stranger.example/round';

/** A condition of somebody else's on a Microservice. */
export const foreignCondition = 'StrangerWasHere';

/** What the stranger writes to. */
export interface Victim {
  readonly namespace: string;
  readonly microservice: string;
  readonly workload: string;
  readonly binding: string;
  readonly revision: string;
}

/**
 * Somebody who writes to everything that the operator writes: takes its fields away by force, and adds fields of his own.
 * One round is one write to each object.
 */
export class Stranger {
  /** How many writes there were of each resource, by its plural. */
  readonly writes = new Map<string, number>();
  readonly #client: Client;
  readonly #victim: Victim;

  constructor(client: Client, victim: Victim) {
    this.#client = client;
    this.#victim = victim;
  }

  async round(n: number): Promise<void> {
    const { microservice, workload, binding, revision } = this.#victim;
    const forged = `forged ${n}`;
    const annotations = { [noted]: String(n) };
    const data = { 'metrics.json': forged, theirs: String(n) };
    await this.#apply(configMaps, configMapName(microservice), { annotations }, { data });
    const password = Buffer.from(forged).toString('base64');
    await this.#apply(secrets, bindingSecretName(microservice, binding), { annotations }, { data: { password } });
    const trial = { ...annotations, [trialAnnotation]: forged };
    await this.#apply(controllerRevisions, planName(microservice, revision), { annotations: trial }, {});
    const template = { metadata: { annotations: { [revisionAnnotation]: '0000000000' } } };
    await this.#apply(deployments, workload, { annotations }, { spec: { template } });
    await this.#forgeStatus(forged);
  }

  async #forgeStatus(forged: string): Promise<void> {
    const { namespace, microservice: name } = this.#victim;
    const condition = (type: string) => ({
      type,
      status: 'False',
      reason: 'Forged',
      message: forged,
      lastTransitionTime: new Date().toISOString(),
    });
    const status = { revision: 'forged', conditions: [condition('Ready'), condition(foreignCondition)] };
    const body = { metadata: { namespace, name }, status } as unknown as Applied<KubeObject>;
    await this.#client.applyStatus(microservices as ResourceType<KubeObject>, body, {
      fieldManager: 'stranger',
      force: true,
    });
    this.#count(microservices);
  }

  async #apply(type: ResourceType, name: string, metadata: object, content: object): Promise<void> {
    const body = { metadata: { namespace: this.#victim.namespace, name, ...metadata }, ...content };
    await this.#client.apply(type, body as Applied<KubeObject>, { fieldManager: 'stranger', force: true });
    this.#count(type);
  }

  #count({ plural }: ResourceType): void {
    this.writes.set(plural, (this.writes.get(plural) ?? 0) + 1);
  }
}

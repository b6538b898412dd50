import { dateConditions, type Verdict } from '../api/conditions.ts';
import type { Broker } from '../api/generated/broker.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Result } from '../kube/reconcileLoop.ts';
import type { KubeObject, ObjectKey } from '../kube/wire.ts';
import { kafkaRecipe } from '../plan/bindings.ts';
import { unbuiltBrokerFields } from '../plan/unbuilt.ts';
import { secretContent } from './bindingSecrets.ts';
import type { ControllerCache } from './cache.ts';
import { StatusWriter, usersOf } from './status.ts';
import { brokers } from './types.ts';

/** Reports whether Brokers can be used, and by how many Microservices they are. */
export class BrokerController {
  readonly #statuses: StatusWriter<Broker & KubeObject>;
  readonly #cache: ControllerCache;
  readonly #namespace: string;
  readonly #clock: Clock;

  /** @param namespace the operator's own, where the Broker's Secrets are */
  constructor(client: Client, cache: ControllerCache, namespace: string, clock: Clock) {
    this.#statuses = new StatusWriter(client, brokers);
    this.#cache = cache;
    this.#namespace = namespace;
    this.#clock = clock;
  }

  /** The reconcile function. */
  async reconcile({ name }: ObjectKey, signal: AbortSignal): Promise<Result> {
    const cached = this.#cache.brokers.get({ name }) as (Broker & KubeObject) | undefined;
    if (cached === undefined) {
      this.#statuses.forget({ name });
      return {};
    }
    const broker = this.#statuses.latest(cached);
    const generation = broker.metadata.generation ?? 0;
    const before = broker.status?.conditions ?? [];
    const conditions = dateConditions(this.#verdicts(broker), before, generation, this.#clock.date());
    const status = { observedGeneration: generation, conditions, users: usersOf(this.#users(name)) };
    await this.#statuses.write(broker, status, signal);
    return {};
  }

  #verdicts(broker: Broker): Verdict[] {
    const unbuilt = unbuiltBrokerFields(broker);
    const missing: Verdict[] =
      unbuilt.length === 0
        ? []
        : [
            {
              type: 'NotImplementedInThisVersion',
              status: 'True',
              reason: 'NotImplemented',
              message: `these fields change nothing in this version: ${unbuilt.join(', ')}`,
            },
          ];
    return [this.#ready(broker), ...missing];
  }

  /** The broker itself is not asked: its clients are the services, which report what they find. */
  #ready(broker: Broker): Verdict {
    const kafka = kafkaRecipe(broker);
    if (kafka === null) {
      const message = `principals.mode: ${broker.spec.principals.mode} is not built in this version: use shared or none`;
      return { type: 'Ready', status: 'False', reason: 'NotImplemented', message };
    }
    const recipe = { binding: broker.metadata.name, secretName: '', type: 'kafka', literals: {}, kafka };
    const content = secretContent(recipe, (name) => this.#cache.secrets.get({ namespace: this.#namespace, name }));
    if ('data' in content) return { type: 'Ready', status: 'True', reason: 'Ready' };
    return { type: 'Ready', status: 'False', reason: content.reason, message: content.message };
  }

  #users(name: string): readonly Microservice[] {
    return this.#cache.microservices
      .list()
      .filter(({ spec }) => (spec.bindings ?? []).some(({ brokerName }) => brokerName === name));
  }
}

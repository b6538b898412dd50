import { setTimeout as sleep } from 'node:timers/promises';
import { type Pod, pods } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { isApiError } from '../../operator/src/kube/errors.ts';
import type { Dice } from './dice.ts';
import type { Tail } from './tail.ts';

/** How long a pod takes to become ready at most, in milliseconds. */
const slowestMs = 2_000;

/** There is no kubelet here: this writes into the status of pods what one would, some time after they were created. */
export class Readiness {
  readonly #client: Client;
  readonly #dice: Dice;
  readonly #namespaces: readonly string[];

  constructor(client: Client, dice: Dice, namespaces: readonly string[]) {
    this.#client = client;
    this.#dice = dice;
    this.#namespaces = namespaces;
  }

  /** Makes each pod that is created ready. @param trouble told of what failed */
  follow(tail: Tail<Pod>, trouble: (error: unknown) => void): void {
    tail.onChange((before, after) => {
      if (before !== undefined || after === undefined) return;
      if (this.#namespaces.includes(after.metadata.namespace ?? '')) this.#makeReady(after).catch(trouble);
    });
  }

  async #makeReady({ metadata }: Pod): Promise<void> {
    const { name, namespace, uid } = metadata;
    await sleep(300 + this.#dice.below(slowestMs));
    const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => {
      return { type, status: 'True', lastTransitionTime: new Date().toISOString().replace(/\.\d+/, '') };
    });
    const status = { phase: 'Running', podIP: '198.51.100.7', conditions };
    try {
      await this.#client.applyStatus(
        pods,
        { metadata: { name, namespace, uid }, status },
        { fieldManager: 'kubelet', force: true },
      );
    } catch (error) {
      // Gone before it was ready.
      if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_CONFLICT', 'KUBE_INVALID')) throw error;
    }
  }
}

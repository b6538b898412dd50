import { setTimeout as sleep } from 'node:timers/promises';
import { type Pod, pods } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { keyOf } from '../../operator/src/kube/wire.ts';
import type { Dice } from './dice.ts';
import type { Tail } from './tail.ts';

/** How long a pod takes to become ready at most, in milliseconds. */
const slowestMs = 2_000;
/** Until it is tried again, in milliseconds. */
const againMs = 1_000;

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

  /** Makes each pod ready some time after it was created, and tries again where that failed. */
  follow(tail: Tail<Pod>, signal: AbortSignal): void {
    tail.onChange((before, after) => {
      const isOurs = this.#namespaces.includes(after?.metadata.namespace ?? '');
      if (before === undefined && after !== undefined && isOurs) void this.#makeReady(tail, after, signal);
    });
  }

  async #makeReady(tail: Tail<Pod>, pod: Pod, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const isThere = () => tail.get(keyOf(pod))?.metadata.uid === uid;
    for (let waitMs = 300 + this.#dice.below(slowestMs); !signal.aborted; waitMs = againMs) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (!isThere()) return;
      const status = { phase: 'Running', podIP: '198.51.100.7', conditions: readyNow() };
      const body = { metadata: { name, namespace, uid }, status };
      const written = this.#client.applyStatus(pods, body, { fieldManager: 'kubelet', force: true, signal });
      if (await written.then(() => true).catch(() => false)) return;
    }
  }
}

function readyNow() {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '');
  return ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime }));
}

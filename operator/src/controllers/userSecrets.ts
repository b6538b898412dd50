import type { Microservice } from '../api/generated/microservice.ts';
import { secrets } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import type { Problem } from '../plan/problem.ts';
import { Recently } from './recently.ts';

/** How long a Secret that was there is not asked for again, in milliseconds. */
const trustMs = 5 * 60_000;

/** Finds out whether Secrets exist that a team wrote by itself. Their metadata is asked for, never a value. */
export class UserSecrets {
  readonly #client: Client;
  /** By namespace and name. */
  readonly #seen = new Recently(systemClock, trustMs);

  constructor(client: Client) {
    this.#client = client;
  }

  /** A problem for each binding whose Secret is not there: pods would wait for it for ever. */
  async missing({ metadata, spec }: Microservice, signal: AbortSignal): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const [i, { secretName }] of (spec.bindings ?? []).entries()) {
      if (secretName === undefined || (await this.#exists(metadata.namespace ?? '', secretName, signal))) continue;
      const message = `there is no Secret ${secretName} in namespace ${metadata.namespace}: create it, pods would not start without it`;
      problems.push({ field: `spec.bindings[${i}].secretName`, reason: 'SecretNotFound', message });
    }
    return problems;
  }

  async #exists(namespace: string, name: string, signal: AbortSignal): Promise<boolean> {
    const key = `${namespace}/${name}`;
    if (this.#seen.has(key)) return true;
    const found = await this.#client.exists(secrets, { namespace, name }, { signal });
    if (found) this.#seen.note(key);
    return found;
  }
}

import type { Microservice } from '../api/generated/microservice.ts';
import { type Secret, secrets } from '../kube/builtin.ts';
import type { Created } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Problem } from '../plan/problem.ts';

/** How long a Secret that was there is not asked for again, in milliseconds. */
const trustMs = 5 * 60_000;

/**
 * Finds out whether Secrets exist that a team wrote by itself. They are never read: creating one of the same name as a
 * dry run says whether there is one, and shows nothing of it.
 */
export class UserSecrets {
  readonly #client: Client;
  readonly #seen = new Map<string, number>();

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
    if ((this.#seen.get(key) ?? 0) > performance.now()) return true;
    try {
      await this.#client.create(secrets, { metadata: { namespace, name } } as Created<Secret>, {
        dryRun: true,
        signal,
      });
      return false;
    } catch (error) {
      if (!isApiError(error, 'KUBE_ALREADY_EXISTS')) throw error;
      this.#seen.set(key, performance.now() + trustMs);
      return true;
    }
  }
}

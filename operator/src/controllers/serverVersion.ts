import type { Client } from '../kube/client.ts';

/**
 * Services find the named ports of sidecars since this minor version of Kubernetes 1: before, an EndpointSlice of such a
 * Service would be empty.
 */
const firstMinor = 33;

/** How long an answer is believed, in milliseconds: clusters are upgraded while the operator runs. */
const trustMs = 5 * 60_000;

/** What the control plane can do, by its version. */
export class ServerVersion {
  readonly #client: Client;
  #answer = { namedPorts: false, until: 0 };

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether Services find the named ports of sidecars. */
  async namesSidecarPorts(signal: AbortSignal): Promise<boolean> {
    if (performance.now() >= this.#answer.until) {
      const { major, minor } = await this.#client.version({ signal });
      this.#answer = { namedPorts: isAtLeast(major, minor), until: performance.now() + trustMs };
    }
    return this.#answer.namedPorts;
  }
}

/** @param minor as a server gives it: some clouds write `33+` */
export function isAtLeast(major: string, minor: string): boolean {
  return Number(major) > 1 || (Number(major) === 1 && Number.parseInt(minor, 10) >= firstMinor);
}

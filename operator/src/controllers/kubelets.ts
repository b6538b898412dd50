import { nodes } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';

/** Native sidecars are on by default since this minor version of Kubernetes 1 (feature gate SidecarContainers, beta). */
const firstMinor = 29;

/** How long an answer is believed, in milliseconds: nodes come and go, their versions change rarely. */
const trustMs = 5 * 60_000;

/** Finds out whether every node can run native sidecars. */
export class Kubelets {
  readonly #client: Client;
  #goodUntil = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether all kubelets know native sidecars: on an older one an injected pod would never start its app. */
  async haveSidecars(signal: AbortSignal): Promise<boolean> {
    if (performance.now() < this.#goodUntil) return true;
    for await (const { items } of this.#client.pages(nodes, { signal })) {
      if (items.some(({ status }) => !knowsSidecars(status?.nodeInfo?.kubeletVersion ?? ''))) return false;
    }
    this.#goodUntil = performance.now() + trustMs;
    return true;
  }
}

/** @param version as a kubelet gives it, for example `v1.36.3-eks-1` */
export function knowsSidecars(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= firstMinor);
}

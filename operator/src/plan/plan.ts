import type { TapReason } from '../api/reasons.ts';
import type { PortProtocol } from '../config/metrics.ts';

/** CPU and memory of a container, as Kubernetes writes quantities. */
export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** How sidecars are run, the same for every pod of a Plan. */
export interface PlanSidecar {
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of Secrets in the pod's namespace, added to the pod's own. */
  readonly imagePullSecrets: readonly string[];
  /** The user of the sidecars, or null where the platform assigns users by itself. */
  readonly runAsUser: number | null;
}

/** A port that the Microservice declares. */
export interface PlanPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: PortProtocol;
  /** The variable that the app reads its port from, if it was declared. */
  readonly env?: string;
  /** The container that listens, if it was declared. */
  readonly container?: string;
}

/** A Secret that appears in the containers under the binding's name. */
export interface PlanBinding {
  readonly name: string;
  readonly secretName: string;
  /** Entries to add to a Secret that was not written by Standpipe. Their values stand in the ConfigMap. */
  readonly entries: readonly ('type' | 'provider')[];
  /** Mounted as files under `$SERVICE_BINDING_ROOT/<name>/`. */
  readonly files: boolean;
  /** Environment variables, each from one key. Optional ones are left out where the Secret lacks the key. */
  readonly env: readonly { readonly name: string; readonly key: string; readonly optional: boolean }[];
}

/** The log sidecar of a pod. */
export interface PlanLogs {
  readonly source: 'stdout' | 'files';
  /** For `files`: the directories to share between the app and the sidecar. */
  readonly directories: readonly string[];
  /** Seconds that are added to the pod's grace period for the drain. */
  readonly drainSeconds: number;
  /** The largest size of the volume with the disk buffer, in bytes. */
  readonly stateBytes: number;
  readonly resources: Resources;
}

/** The metrics sidecar of a pod. */
export interface PlanMetrics {
  /**
   * `rebind` takes over the declared ports where it can and moves the app; `named` takes over the names of the app's
   * ports; `redirect` leads to the taps by a rule of the pod's network; `off` taps nothing.
   */
  readonly inbound: 'rebind' | 'named' | 'redirect' | 'off';
  /** For `redirect`: an image with /usr/sbin/nft. */
  readonly redirectImage?: string;
  /** Why nothing is tapped, where it is not the team's own wish. */
  readonly offReason?: TapReason;
  /** `annotations` writes prometheus.io/* for the merged page; for `podMonitor` the controller writes one. */
  readonly expose: 'annotations' | 'podMonitor' | 'none';
  /** Whether scrape targets were declared. If not, the pod's own prometheus.io/* annotations are taken as one. */
  readonly scrapeDeclared: boolean;
  readonly resources: Resources;
}

/**
 * Everything that injection needs, and nothing else: the pod-affecting result of `resolve`. Serialisable; stored as an
 * immutable ControllerRevision whose name ends in the Plan's revision.
 */
export interface Plan {
  /** The format of this document, for readers of stored Plans. */
  readonly format: 1;
  readonly microservice: string;
  readonly namespace: string;
  /** The containers that get bindings; empty means all of the pod's own. */
  readonly containers: readonly string[];
  readonly ports: readonly PlanPort[];
  readonly bindings: readonly PlanBinding[];
  readonly sidecar: PlanSidecar;
  readonly metrics: PlanMetrics;
  readonly logs: PlanLogs | null;
  /** There where logs are declared and the platform's settings turn them off: having them again is no change of the team's. */
  readonly logsWithheld?: true;
}

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { CommandOptions, Result } from './command.ts';
import { hasKind, kindClusters } from './kind.ts';
import { localClusters } from './local/clusters.ts';
import type { Mode } from './local/layout.ts';
import type { Log } from './log.ts';

export type { Mode } from './local/layout.ts';

/** A running Kubernetes cluster. Everything in the repository reaches one through this and nothing else. */
export type Cluster = {
  readonly name: string;
  readonly mode: Mode;
  /** A kubeconfig with the administrator's rights. It is valid inside the cluster's network. */
  readonly kubeconfig: string;
  /** Imports docker-archives into the node, so that pods can name the images (imagePullPolicy IfNotPresent or Never). */
  load(archives: readonly string[]): Promise<void>;
  /** Runs a command in the cluster's network, with KUBECONFIG set and kubectl on PATH, to its end. */
  exec(command: readonly string[], options?: CommandOptions): Promise<Result>;
  /** Starts such a command and gives back the process: it gets the signals that are sent to it. */
  spawn(command: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Ends the cluster and takes away everything that belongs to it. */
  down(): Promise<void>;
};

/** What cluster is wanted. */
export type UpOptions = {
  readonly name: string;
  readonly mode: Mode;
  readonly log: Log;
  /** docker-archives to have in the node from the start; with the same ones again the start takes a second less each. */
  readonly images?: readonly string[];
  /**
   * True: the cluster outlives this process, and one that is up already is used. False (the default): it belongs to this
   * process; if that dies, the next `up` of the name clears it away.
   */
  readonly keep?: boolean;
};

/** One way of having clusters. */
export type Clusters = {
  up(options: UpOptions): Promise<Cluster>;
  /** The cluster of that name if it is running. */
  find(name: string): Promise<Cluster | undefined>;
  /** Clears away the cluster of that name, or what a crash left of it. */
  down(name: string, log: Log): Promise<void>;
  names(): Promise<readonly string[]>;
};

/** kind where Docker answers and `kind` is installed; otherwise our own clusters on this machine. */
export async function clusters(): Promise<Clusters> {
  return (await hasKind()) ? kindClusters : localClusters;
}

/** Starts a cluster. */
export async function up(options: UpOptions): Promise<Cluster> {
  return (await clusters()).up(options);
}

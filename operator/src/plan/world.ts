import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import type { Settings } from './settings.ts';

/** The part of a Service that bindings need. */
export interface ServiceView {
  readonly name: string;
  readonly ports: readonly {
    readonly name?: string | undefined;
    readonly port: number;
    readonly targetPort?: number | string | undefined;
  }[];
}

/** The part of a NetworkPolicy that a tap could come into conflict with: the incoming ports that it allows by number. */
export interface PolicyView {
  readonly name: string;
  /** Ranges of ports, both ends included. */
  readonly ingress: readonly { readonly from: number; readonly to: number }[];
}

/** Everything that `resolve` reads: a Microservice and what stands around it. */
export interface World {
  readonly microservice: Microservice;
  readonly brokers: readonly Broker[];
  readonly sinks: readonly LogSink[];
  /** The Microservices of the namespace. */
  readonly peers: readonly Microservice[];
  /** The Services of the namespace, or null where none can be known (offline): then declared ports are believed. */
  readonly services: readonly ServiceView[] | null;
  readonly namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** The NetworkPolicies of the namespace; none where none can be known. */
  readonly policies: readonly PolicyView[];
  /** Whether Services find the named ports of sidecars: Kubernetes 1.33 and later. */
  readonly namedPorts: boolean;
  readonly settings: Settings;
}

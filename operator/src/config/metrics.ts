/**
 * What `standpipe-metrics` reads from `metrics.json` in the Microservice's ConfigMap. Everything here can change in a
 * running pod; what is pod-shaped (which ports are tapped) travels in the container's environment instead.
 */

/** Protocols that a declared port can speak. `tcp` is forwarded and counted per connection only. */
export type PortProtocol = 'http' | 'grpc' | 'tcp';

/** One tapped port: where callers arrive and where the app was moved to. Part of the Plan and of STANDPIPE_TAPS. */
export interface TapPort {
  /** The name of the port in the Microservice. Becomes the label `port`. */
  readonly name: string;
  /** The declared port, taken over by the sidecar. */
  readonly listen: number;
  /** The port that the app was moved to. */
  readonly app: number;
  readonly protocol: PortProtocol;
}

/** One page of metrics that the app itself exposes, merged into the sidecar's own page. */
export interface ScrapeTarget {
  /** Unique within the configuration. Becomes the label `target` of the target's `up` series. */
  readonly name: string;
  /** The port that the app listens on after injection (the moved port where the declared one is tapped). */
  readonly port: number;
  /** The absolute path, with a leading slash. */
  readonly path: string;
}

/** The whole of `metrics.json`. */
export interface MetricsConfig {
  /** A digest of the content below; `/status` reports it, so that a waiting controller sees it taken up. */
  readonly generation: string;
  /** At most this many series on the merged page; what is over is counted, not shown. */
  readonly maxSeries: number;
  readonly scrape: readonly ScrapeTarget[];
  /** How long one target may take to answer, in milliseconds. */
  readonly scrapeTimeoutMs: number;
}

/** What the sidecar uses while no configuration is there yet: its own metrics and nothing else. */
export const defaultMetricsConfig: MetricsConfig = {
  generation: 'none',
  maxSeries: 2000,
  scrape: [],
  scrapeTimeoutMs: 2000,
};

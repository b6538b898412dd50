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
  /** The declared port. Where it is tapped, the sidecar asks at the port that the app was moved to. */
  readonly port: number;
  /** The absolute path, with a leading slash. */
  readonly path: string;
  /** How the certificate is checked; a page without it is served in the clear. */
  readonly tls?: ScrapeTls;
}

/** What a page that is served over TLS must show. */
export interface ScrapeTls {
  /** The name that the certificate must be for: the page is asked for at the pod's address. */
  readonly serverName: string;
  /** Certificates in PEM that it may be signed by; those that Node trusts where it is left out. */
  readonly caBundle?: string;
  /** Takes any certificate. */
  readonly skipVerify: boolean;
}

/** The whole of `metrics.json`. */
export interface MetricsConfig {
  /** A digest of the content below; `/status` reports it, so that a waiting controller sees it taken up. */
  readonly generation: string;
  /** At most this many series on the merged page; what is over is counted, not shown. */
  readonly maxSeries: number;
  /**
   * Routes by which requests are counted, such as `/users/{user}` and `/files/{path...}`; the first that fits holds.
   * None where it is left out.
   */
  readonly routes?: readonly string[];
  /** Whether requests get the address of their client as X-Forwarded-For; holds for new connections. False where it is left out. */
  readonly forwardedFor?: boolean;
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

/** What a check makes of something that was read: the value, or one sentence for each field that is wrong. */
export type CheckedMetricsConfig = { readonly config: MetricsConfig } | { readonly problems: readonly string[] };

/** The same for the taps of the container's environment. */
export type CheckedTaps = { readonly value: readonly TapPort[] } | { readonly problems: readonly string[] };

/** The same for the scrape targets of the container's environment. */
export type CheckedTargets = { readonly value: readonly ScrapeTarget[] } | { readonly problems: readonly string[] };

/** Most series that a budget may allow: past this a page is too large to be scraped every few seconds. */
const maxSeriesLimit = 100_000;

/** Names that the sidecar gives to targets of its own. */
export const reservedTargetNames: ReadonlySet<string> = new Set(['standpipe-logs']);

/**
 * Reads the text of `metrics.json`. Fields that are not known are left alone: an operator that is newer than the sidecar
 * may write them.
 */
export function parseMetricsConfig(text: string): CheckedMetricsConfig {
  const root = parseObject(text);
  if (root === undefined) return { problems: ['metrics.json: must be one JSON object'] };
  const problems: string[] = [];
  const { generation, maxSeries, forwardedFor, scrape, scrapeTimeoutMs } = root;
  if (!isText(generation, 128)) problems.push('generation: must be a text of 1 to 128 characters');
  if (!isWhole(maxSeries, 1, maxSeriesLimit))
    problems.push(`maxSeries: must be a whole number from 1 to ${maxSeriesLimit}`);
  if (!isWhole(scrapeTimeoutMs, 1, 60_000)) problems.push('scrapeTimeoutMs: must be a whole number from 1 to 60000');
  if (forwardedFor !== undefined && typeof forwardedFor !== 'boolean')
    problems.push('forwardedFor: must be true or false');
  problems.push(...routeProblems(root.routes), ...targetListProblems(scrape, 'scrape'));
  return problems.length > 0 ? { problems } : { config: root as unknown as MetricsConfig };
}

/** Checks the value of STANDPIPE_SCRAPE once it is read as JSON: targets that the pod itself declares. */
export function checkTargets(value: unknown): CheckedTargets {
  const problems = targetListProblems(value, '');
  return problems.length > 0 ? { problems } : { value: value as readonly ScrapeTarget[] };
}

/** Checks the value of STANDPIPE_TAPS once it is read as JSON. */
export function checkTaps(value: unknown): CheckedTaps {
  if (!Array.isArray(value) || value.length > 32) return { problems: ['must be a list of at most 32 taps'] };
  const problems = value.flatMap((tap: unknown, index) => tapProblems(tap, index));
  problems.push(...repeated(value, '', ['name', 'listen']));
  return problems.length > 0 ? { problems } : { value: value as readonly TapPort[] };
}

function targetListProblems(list: unknown, at: string): readonly string[] {
  if (!Array.isArray(list) || list.length > 32) return [`${at || 'it'}: must be a list of at most 32 targets`];
  return [
    ...list.flatMap((target: unknown, index) => targetProblems(target, `${at}[${index}]`)),
    ...repeated(list, at, ['name']),
  ];
}

function targetProblems(target: unknown, at: string): readonly string[] {
  if (!isObject(target)) return [`${at}: must be an object`];
  const problems = nameProblems(target.name, at);
  if (typeof target.name === 'string' && reservedTargetNames.has(target.name))
    problems.push(`${at}.name: "${target.name}" is the name of one of the sidecar's own targets`);
  problems.push(...portProblems(target.port, `${at}.port`));
  if (!isText(target.path, 1024) || !/^\/[!-~]*$/.test(target.path))
    problems.push(`${at}.path: must be an absolute path of at most 1024 printable ASCII characters, such as /metrics`);
  problems.push(...tlsProblems(target.tls, `${at}.tls`));
  return problems;
}

function tlsProblems(tls: unknown, at: string): readonly string[] {
  if (tls === undefined) return [];
  if (!isObject(tls)) return [`${at}: must be an object`];
  const problems: string[] = [];
  if (!isText(tls.serverName, 253)) problems.push(`${at}.serverName: must be a name of 1 to 253 characters`);
  if (tls.caBundle !== undefined && !isText(tls.caBundle, 32_768))
    problems.push(`${at}.caBundle: must be certificates in PEM of at most 32768 characters`);
  if (typeof tls.skipVerify !== 'boolean') problems.push(`${at}.skipVerify: must be true or false`);
  return problems;
}

const route = /^(\/([\w.~!$&()+,;=:@%-]+|\{[a-z][a-z0-9_]*\}))*(\/|\/\{[a-z][a-z0-9_]*\.\.\.\})?$/;

function routeProblems(routes: unknown): readonly string[] {
  if (routes === undefined) return [];
  if (!Array.isArray(routes) || routes.length > 64) return ['routes: must be a list of at most 64 routes'];
  return routes.flatMap((each: unknown, index) =>
    isText(each, 256) && route.test(each)
      ? []
      : [`routes[${index}]: must be a path of texts and {name}, such as /users/{user} or /files/{path...}`],
  );
}

function tapProblems(tap: unknown, index: number): string[] {
  const at = `[${index}]`;
  if (!isObject(tap)) return [`${at}: must be an object`];
  const problems = nameProblems(tap.name, at);
  problems.push(...portProblems(tap.listen, `${at}.listen`), ...portProblems(tap.app, `${at}.app`));
  if (tap.listen === tap.app) problems.push(`${at}.app: must differ from listen, or the tap would call itself`);
  if (tap.protocol !== 'http' && tap.protocol !== 'grpc' && tap.protocol !== 'tcp')
    problems.push(`${at}.protocol: must be http, grpc or tcp`);
  return problems;
}

function nameProblems(name: unknown, at: string): string[] {
  const good = typeof name === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
  return good ? [] : [`${at}.name: must be 1 to 63 lower-case letters, digits or hyphens`];
}

function portProblems(port: unknown, at: string): readonly string[] {
  return isWhole(port, 1, 65_535) ? [] : [`${at}: must be a port from 1 to 65535`];
}

function repeated(list: readonly unknown[], at: string, fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => {
    const seen = new Set<unknown>();
    return list.flatMap((entry, index) => {
      const value = isObject(entry) ? entry[field] : undefined;
      const again = value !== undefined && seen.has(value);
      seen.add(value);
      return again ? [`${at}[${index}].${field}: ${JSON.stringify(value)} stands twice`] : [];
    });
  });
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

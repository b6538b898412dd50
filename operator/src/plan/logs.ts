import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import type { Reason } from '../api/reasons.ts';
import { type HttpSink, type LogsConfig, minBufferBytes } from '../config/logs.ts';
import { digest } from './canonical.ts';
import { mergeResources } from './metrics.ts';
import type { PlanLogs } from './plan.ts';
import { isPrivileged } from './podSecurity.ts';
import type { Problem } from './problem.ts';
import { type LabelSelector, selects } from './selector.ts';
import { unbuiltSinkFields } from './unbuilt.ts';
import { bytes, seconds } from './units.ts';
import type { World } from './world.ts';

/** The log sidecar's part of a resolution. */
export interface ResolvedLogs {
  readonly plan: PlanLogs | null;
  readonly config: LogsConfig | null;
  /** Why there is a log sidecar or not, for the condition LogsReady. */
  readonly reason: Reason;
}

type Logging = NonNullable<Microservice['spec']['logging']>;

const off = (reason: Reason): ResolvedLogs => ({ plan: null, config: null, reason });

/** Resolves spec.logging. A Microservice without it gets no log sidecar. */
export function resolveLogs(world: World): ResolvedLogs | Problem {
  const { logging } = world.microservice.spec;
  if (logging === undefined || logging.source === 'none') return off('LogsOff');
  if (!world.settings.logs.enabled) return off('LogsDisabled');
  const source = chooseSource(world, logging);
  if (typeof source !== 'string') return source;
  if (source === 'HostPathNotPermitted') return off(source);
  const sink = chooseSink(world, logging);
  if ('reason' in sink) return sink;
  const config = logsConfig(world, logging, source, sink);
  return { plan: logsPlan(world, logging, source, config), config, reason: 'LogsReady' };
}

function chooseSource(world: World, logging: Logging): 'stdout' | 'files' | 'HostPathNotPermitted' | Problem {
  const files = logging.files ?? [];
  if (logging.source === 'files' || (logging.source !== 'stdout' && files.length > 0)) return 'files';
  if (hostPathPermitted(world)) return 'stdout';
  if (logging.source === 'stdout') {
    const message = `namespace ${world.namespace.name} permits no hostPath volumes (Pod Security), so the pods would be refused: let the app write files and set source to files, or set it to auto to go without logs`;
    return { field: 'spec.logging.source', reason: 'HostPathNotPermitted', message };
  }
  return 'HostPathNotPermitted';
}

function hostPathPermitted({ namespace, settings }: World): boolean {
  if (settings.logs.hostPath !== 'auto') return settings.logs.hostPath === 'allowed';
  return isPrivileged(namespace);
}

function chooseSink(world: World, logging: Logging): LogSink | Problem {
  const field = 'spec.logging.sinkName';
  const named = logging.sinkName;
  const found = world.sinks.filter((sink) =>
    named === undefined ? sink.spec.default === true : sink.metadata.name === named,
  );
  const [sink] = found;
  if (sink === undefined) {
    return named === undefined
      ? { field, reason: 'NoDefaultSink', message: 'no LogSink is marked default: set this field to the name of one' }
      : {
          field,
          reason: 'SinkNotFound',
          message: `there is no LogSink ${named}: name one that the platform team has set up`,
        };
  }
  if (found.length > 1) {
    const names = found.map(({ metadata }) => metadata.name).join(', ');
    return {
      field,
      reason: 'TwoDefaultSinks',
      message: `LogSinks ${names} are all marked default, so none is used: set this field to one of them`,
    };
  }
  const { name } = sink.metadata;
  if (!selects((sink.spec.namespaces ?? {}) as LabelSelector, world.namespace.labels)) {
    return {
      field,
      reason: 'SinkNotGranted',
      message: `LogSink ${name} is not for namespace ${world.namespace.name}: name another, or ask its owners to add the namespace in spec.namespaces`,
    };
  }
  const unbuilt = unbuiltSinkFields(sink);
  if (unbuilt.length > 0) {
    const message = `LogSink ${name} uses what this version does not have yet (${unbuilt.join(', ')}): name another`;
    return { field, reason: 'SinkNotUsable', message };
  }
  return sink;
}

function logsConfig(world: World, logging: Logging, source: 'stdout' | 'files', sink: LogSink): LogsConfig {
  const content = {
    source,
    files: source === 'files' ? (logging.files ?? []) : [],
    format: logging.format === 'text' ? ('text' as const) : ('json' as const),
    sink: httpSink(sink),
    buffer: { sizeBytes: bufferBytes(sink), whenFull: sink.spec.buffer?.whenFull ?? 'block' },
    labels: { microservice: world.microservice.metadata.name, namespace: world.namespace.name },
  };
  return { generation: digest(content), ...content };
}

/** The sidecar takes no buffer that is smaller than what Fluent Bit needs to move at all, and none above a tebibyte. */
function bufferBytes({ spec }: LogSink): number {
  return Math.min(Math.max(bytes(spec.buffer?.size ?? '64Mi'), minBufferBytes), 2 ** 40);
}

function httpSink({ spec }: LogSink): HttpSink {
  const tls = spec.tls?.enabled ?? true;
  return {
    type: 'http',
    // An address of IP version 6 stands in brackets in the LogSink, as in a URL, and without them here.
    host: (spec.http?.host ?? '').replace(/^\[(.*)\]$/, '$1'),
    port: spec.http?.port ?? (tls ? 443 : 80),
    uri: spec.http?.path ?? '/',
    tls,
    verify: spec.tls?.verify ?? true,
    compress: spec.http?.compress ?? 'gzip',
  };
}

/** Room beside the buffer for the positions database and what Fluent Bit has open, in bytes. */
const stateMargin = 32 * 2 ** 20;

function logsPlan(world: World, logging: Logging, source: 'stdout' | 'files', config: LogsConfig): PlanLogs {
  const directories = config.files.map((path) => path.slice(0, path.lastIndexOf('/')));
  return {
    source,
    directories: [...new Set(directories)].sort(),
    // Whole seconds, as the grace period has them, and at least the one that the sidecar needs.
    drainSeconds: Math.max(1, Math.ceil(seconds(logging.drain?.timeout ?? '10s'))),
    stateBytes: config.buffer.sizeBytes + stateMargin,
    resources: mergeResources(world.settings.logs.resources, world.microservice.spec.sidecars?.logs?.resources),
  };
}

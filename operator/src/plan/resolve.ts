import { bindingEntryKey } from '../api/names.ts';
import type { Reason } from '../api/reasons.ts';
import type { LogsConfig } from '../config/logs.ts';
import type { MetricsConfig } from '../config/metrics.ts';
import { type ResolvedBinding, resolveBinding } from './bindings.ts';
import { barriers, bypasses } from './bypasses.ts';
import { topicProblems } from './grants.ts';
import { resolveLogs } from './logs.ts';
import { resolveMetrics } from './metrics.ts';
import type { Plan, PlanMetrics, PlanPort } from './plan.ts';
import { type PlannedPodMonitor, podMonitorOf } from './podMonitor.ts';
import type { Problem } from './problem.ts';
import type { SecretRecipe } from './recipe.ts';
import { resourceProblems } from './resources.ts';
import { unbuiltFields } from './unbuilt.ts';
import type { World } from './world.ts';

/** What a Microservice comes to. */
export interface Resolution {
  readonly plan: Plan;
  readonly metricsConfig: MetricsConfig;
  readonly logsConfig: LogsConfig | null;
  /** `type` and `provider` of bindings to Secrets that others wrote, by their key in the ConfigMap. */
  readonly bindingEntries: Readonly<Record<string, string>>;
  readonly recipes: readonly SecretRecipe[];
  /** Why there is a log sidecar or not. */
  readonly logsReason: Reason;
  /** The PodMonitor that was asked for. */
  readonly podMonitor: PlannedPodMonitor | null;
  /** What leads callers past the taps, or is why there are none: one sentence each. */
  readonly bypasses: readonly string[];
  /** Declared fields that this version does not have; they change nothing. */
  readonly unbuilt: readonly string[];
}

/** Either what a Microservice comes to, or every contradiction in it. */
export type Resolved = { readonly resolution: Resolution } | { readonly problems: readonly Problem[] };

/** Turns a Microservice and what stands around it into a Plan and the sidecars' configuration. Pure: equal worlds give equal results. */
export function resolve(world: World): Resolved {
  const bindings = (world.microservice.spec.bindings ?? []).map((binding, i) =>
    resolveBinding(world, binding, `spec.bindings[${i}]`),
  );
  const logs = resolveLogs(world);
  const problems = [...bindings, logs].filter((result): result is Problem => result !== null && 'field' in result);
  problems.push(...topicProblems(world, (binding) => brokerOf(world, binding)));
  if (problems.length > 0 || 'field' in logs) return { problems };

  const resolved = bindings.filter((result): result is ResolvedBinding => result !== null && 'plan' in result);
  const metrics = resolveMetrics(world);
  problems.push(...resourceProblems({ metrics: metrics.plan, logs: logs.plan }));
  if (problems.length > 0) return { problems };
  return {
    resolution: {
      plan: {
        format: 1,
        microservice: world.microservice.metadata.name,
        namespace: world.namespace.name,
        containers: world.microservice.spec.workload?.containers ?? [],
        ports: planPorts(world),
        bindings: resolved.map(({ plan }) => plan),
        sidecar: planSidecar(world),
        metrics: metrics.plan,
        logs: logs.plan,
        ...(logs.reason === 'LogsDisabled' ? { logsWithheld: true } : {}),
      },
      metricsConfig: metrics.config,
      logsConfig: logs.config,
      bindingEntries: bindingEntries(world),
      recipes: resolved.flatMap(({ recipe }) => recipe ?? []),
      logsReason: logs.reason,
      podMonitor: podMonitorOf(world),
      bypasses: bypassesOf(world, metrics.plan),
      unbuilt: unbuiltFields(world.microservice),
    },
  };
}

function bypassesOf(world: World, { inbound, offReason }: PlanMetrics): string[] {
  if (inbound === 'named') return bypasses(world);
  return offReason === 'PolicyByNumber' ? barriers(world) : [];
}

/** The Broker of a topic's binding; without a name that of the only binding with one. */
function brokerOf({ microservice, brokers }: World, binding: string | undefined) {
  const candidates = (microservice.spec.bindings ?? []).filter(({ brokerName }) => brokerName !== undefined);
  const chosen = binding === undefined ? candidates[0] : candidates.find(({ name }) => name === binding);
  return brokers.find(({ metadata }) => metadata.name === chosen?.brokerName);
}

function planPorts({ microservice }: World): PlanPort[] {
  return (microservice.spec.ports ?? []).map(({ name, port, protocol, env, container }) => ({
    name,
    port,
    protocol: protocol ?? 'http',
    ...(env === undefined ? {} : { env }),
    ...(container === undefined ? {} : { container }),
  }));
}

function planSidecar({ settings }: World): Plan['sidecar'] {
  const { image, imagePullPolicy, imagePullSecrets, runAsUser } = settings;
  return { image, imagePullPolicy, imagePullSecrets, runAsUser };
}

function bindingEntries({ microservice }: World): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const { name, secretName, type, provider } of microservice.spec.bindings ?? []) {
    if (secretName === undefined) continue;
    if (type !== undefined) entries[bindingEntryKey(name, 'type')] = type;
    if (provider !== undefined) entries[bindingEntryKey(name, 'provider')] = provider;
  }
  return entries;
}

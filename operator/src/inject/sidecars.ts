import type { V1ContainerPort, V1EnvVar, V1SecurityContext, V1VolumeMount } from '@kubernetes/client-node';
import {
  configMount,
  configVolume,
  logsContainer,
  logsStateMount,
  logsStateVolume,
  metricsContainer,
  metricsPort,
  podLogsMount,
  podLogsVolume,
} from '../api/names.ts';
import type { ScrapeTarget } from '../config/metrics.ts';
import type { Plan, PlanLogs } from '../plan/plan.ts';
import type { Tap } from './taps.ts';
import type { Container } from './template.ts';

const node = '/usr/local/bin/node';

/** What the pod itself contributes to its sidecars. */
export interface SidecarInput {
  readonly revision: string;
  readonly taps: readonly Tap[];
  /** Whether the pod's containers end by themselves, as those of a Job do. */
  readonly completes: boolean;
  /** A target taken from the pod's own prometheus.io annotations, if there was one. */
  readonly scrape: readonly ScrapeTarget[];
}

/**
 * The metrics sidecar. It has a startup probe, which passes as soon as the sockets listen, only where something depends
 * on it at once: the app's callers where it took over a port; and the end of a pod that completes, which may come
 * before the sidecar's process can take a signal (to a first process without a handler the kernel delivers none).
 */
export function metricsSidecar(plan: Plan, input: SidecarInput): Container {
  return {
    ...common(plan, metricsContainer, ['--max-semi-space-size=1', '--max-old-space-size=48', '/standpipe/metrics.mjs']),
    env: [
      ...identity(plan, input),
      { name: 'STANDPIPE_TAPS', value: JSON.stringify(input.taps.map(({ port }) => port)) },
      ...(input.scrape.length > 0 ? [{ name: 'STANDPIPE_SCRAPE', value: JSON.stringify(input.scrape) }] : []),
    ],
    ports: [{ name: 'standpipe', containerPort: metricsPort, protocol: 'TCP' }, ...namedPorts(input.taps)],
    ...(input.taps.length > 0 || input.completes
      ? { startupProbe: { httpGet: { path: '/startup', port: metricsPort }, periodSeconds: 1, failureThreshold: 120 } }
      : {}),
    resources: plan.metrics.resources,
    volumeMounts: [configVolumeMount],
  };
}

/** The names that the taps take over from the app's ports. */
function namedPorts(taps: readonly Tap[]): V1ContainerPort[] {
  return taps.flatMap(({ port, portName }) =>
    portName === undefined ? [] : [{ name: portName, containerPort: port.listen, protocol: 'TCP' }],
  );
}

/** The logs sidecar. It has no probe: nothing that happens to logs may hold up or stop the app. */
export function logsSidecar(
  plan: Plan,
  logs: PlanLogs,
  input: SidecarInput,
  files: readonly V1VolumeMount[],
): Container {
  const sources: V1VolumeMount[] =
    logs.source === 'files'
      ? [...files]
      : [
          {
            name: podLogsVolume,
            mountPath: podLogsMount,
            subPathExpr: '$(POD_NAMESPACE)_$(POD_NAME)_$(POD_UID)',
            readOnly: true,
          },
        ];
  return {
    ...common(plan, logsContainer, [
      '--lite-mode',
      '--max-semi-space-size=1',
      '--max-old-space-size=16',
      '/standpipe/logs.mjs',
    ]),
    // The kubelet's log files are 0640 root:root: the group makes them readable, the user stays unprivileged.
    securityContext: securityContext(plan, logs.source === 'stdout' ? 0 : undefined),
    env: [...identity(plan, input), { name: 'STANDPIPE_DRAIN_SECONDS', value: String(logs.drainSeconds) }],
    resources: logs.resources,
    volumeMounts: [configVolumeMount, { name: logsStateVolume, mountPath: logsStateMount }, ...sources],
  };
}

const configVolumeMount: V1VolumeMount = { name: configVolume, mountPath: configMount, readOnly: true };

function common(plan: Plan, name: string, args: readonly string[]): Container {
  return {
    name,
    image: plan.sidecar.image,
    imagePullPolicy: plan.sidecar.imagePullPolicy,
    command: [node, ...args],
    restartPolicy: 'Always',
    securityContext: securityContext(plan),
  };
}

function securityContext(plan: Plan, group?: number): V1SecurityContext {
  return {
    ...(plan.sidecar.runAsUser === null ? {} : { runAsUser: plan.sidecar.runAsUser }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

function identity(plan: Plan, input: SidecarInput): V1EnvVar[] {
  return [
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('POD_UID', 'metadata.uid'),
    field('POD_IPS', 'status.podIPs'),
    field('NODE_NAME', 'spec.nodeName'),
    { name: 'STANDPIPE_MICROSERVICE', value: plan.microservice },
    { name: 'STANDPIPE_REVISION', value: input.revision },
  ];
}

// apiVersion is written out because the API server fills it in: what is compared with a stored pod must carry it too.
function field(name: string, fieldPath: string): V1EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

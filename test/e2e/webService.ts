import { metricsContainer, microserviceLabel } from '../../operator/src/api/names.ts';
import type { TapPort } from '../../operator/src/config/metrics.ts';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { read, readAll, untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { apply, kubectl } from './kubectl.ts';

/** How long the app still takes connections after SIGTERM: as every well-behaved server does while callers learn of it. */
const lameDuckMs = 8_000;

/** Answers every request, and writes a line for those that ask for one. */
const script = `
const http = require('node:http');
const server = http.createServer((request, answer) => {
  const line = new URL(request.url, 'http://web').searchParams.get('line');
  if (line !== null) console.log('line ' + line);
  answer.end('ok');
}).listen(process.env.PORT);
process.on('SIGTERM', () => setTimeout(() => server.close(() => process.exit(0)), ${lameDuckMs}));`;

/** The one port of the service. */
const port = 8080;

/** What of a service a test chooses. */
export interface WebOptions {
  readonly replicas: number;
  /** Of the Microservice; the port is there already. */
  readonly spec?: object;
}

/** A Deployment of small web servers, its Service and its Microservice. */
export class WebService {
  readonly namespace: string;
  readonly name: string;

  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  /** Deploys it bare, declares it, and waits until all its pods have their sidecars and no others are left. */
  async deploy({ replicas, spec = {} }: WebOptions): Promise<void> {
    const { namespace, name } = this;
    await apply(namespace, deployment(name, replicas), service(name));
    await this.rolledOut();
    await apply(namespace, {
      apiVersion: 'standpipe.dev/v1alpha1',
      kind: 'Microservice',
      metadata: { name },
      spec: { ports: [{ name: 'http', port, env: 'PORT' }], ...spec },
    });
    await eventually(() => untilCondition(namespace, name, 'Ready', 'Ready'), 120_000);
    await this.untilInjected(replicas);
  }

  /** Changes how many pods there are; does not wait for them. */
  async scale(replicas: number): Promise<void> {
    await kubectl(['-n', this.namespace, 'scale', `deployment/${this.name}`, `--replicas=${replicas}`]);
  }

  async rolledOut(): Promise<void> {
    await kubectl(['-n', this.namespace, 'rollout', 'status', `deployment/${this.name}`, '--timeout=120s']);
  }

  /** Its pods, those that are ending too. */
  pods(): Promise<readonly Pod[]> {
    return readAll<Pod>(this.namespace, 'pod', '-l', `app=${this.name}`);
  }

  pod(name: string): Promise<Pod> {
    return read<Pod>(this.namespace, 'pod', name);
  }

  /** Waits until it has just so many pods, all of them ready and injected. */
  async untilInjected(count: number): Promise<readonly Pod[]> {
    return eventually(async () => {
      const pods = await this.pods();
      const good = pods.filter((pod) => isReady(pod) && isInjected(pod));
      if (pods.length !== count || good.length !== count)
        throw new Error(`${good.length} of ${pods.length} pods are ready and injected, ${count} are wanted`);
      return pods;
    }, 120_000);
  }

  /** The address of the Service: names would be looked up for every connection. */
  async url(): Promise<string> {
    const { spec } = await read<{ spec: { clusterIP: string } }>(this.namespace, 'service', this.name);
    return `http://${spec.clusterIP}/`;
  }
}

/** The address of a pod, as its callers see it. */
export function podUrl({ status }: Pod): string {
  return `http://${status?.podIP}:${port}/`;
}

/** The address of the app itself, past its sidecar. */
export function appUrl({ spec, status }: Pod): string {
  const sidecar = spec?.initContainers?.find(({ name }) => name === metricsContainer);
  const taps = JSON.parse(sidecar?.env?.find(({ name }) => name === 'STANDPIPE_TAPS')?.value ?? '[]') as TapPort[];
  return `http://${status?.podIP}:${taps[0]?.app}/`;
}

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}

export function isInjected({ spec }: Pod): boolean {
  return (spec?.initContainers ?? []).some(({ name }) => name === metricsContainer);
}

/** The status of a container, whatever kind it is. */
export function containerOf({ metadata, status }: Pod, name: string) {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const found = all.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`pod ${metadata.name} has no status of a container ${name}`);
  return found;
}

/** What must not change when something else fails: which pods there are, and which run of their app. */
export function runsOf(pods: readonly Pod[]): readonly string[] {
  return pods.map((pod) => `${pod.metadata.name} ${containerOf(pod, 'app').containerID}`).toSorted();
}

function deployment(name: string, replicas: number): object {
  const container = {
    name: 'app',
    image: 'node:24-bookworm-slim',
    command: ['node', '-e', script],
    env: [{ name: 'PORT', value: String(port) }],
    ports: [{ name: 'http', containerPort: port }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
  };
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 20, containers: [container] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function service(name: string): object {
  const ports = [{ port: 80, targetPort: 'http' }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports } };
}

/** A pod of a Microservice that runs nothing: for dry runs. */
export function labelledPod(namespace: string, microservice: string, index: number): object {
  const metadata = { name: `trial-${index}`, namespace, labels: { [microserviceLabel]: microservice } };
  const containers = [{ name: 'app', image: 'node:24-bookworm-slim', env: [{ name: 'PORT', value: String(port) }] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } };
}

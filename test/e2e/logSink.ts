import { apply, kubectl } from './kubectl.ts';

/** A receiver of logs in a namespace of a test, and the LogSink that leads to it. */
export class TestLogSink {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** LogSinks belong to the whole cluster, so it has the namespace's name. */
  get name(): string {
    return this.#namespace;
  }

  async deploy(): Promise<void> {
    const namespace = this.#namespace;
    const http = { host: `sink.${namespace}.svc`, port: 8080, path: '/logs' };
    const spec = { type: 'http', http, tls: { enabled: false } };
    await apply(namespace, receiver, receiverService, {
      apiVersion: 'standpipe.dev/v1alpha1',
      kind: 'LogSink',
      metadata: { name: this.name },
      spec,
    });
    await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/sink', '--timeout=120s']);
    await kubectl(['wait', '--for=condition=Ready', '--timeout=60s', `logsink/${this.name}`]);
  }

  /** What came from a Microservice: the newest 2000 records, as text. */
  lines(microservice: string): Promise<string> {
    const page = `/api/v1/namespaces/${this.#namespace}/services/sink:8080/proxy/lines?service=${microservice}`;
    return kubectl(['get', '--raw', page]);
  }

  /** The namespace's end takes the receiver with it. */
  async drop(): Promise<void> {
    await kubectl(['delete', 'logsink', this.name, '--ignore-not-found']);
  }
}

const labels = { app: 'sink' };
const container = {
  name: 'sink',
  image: 'ghcr.io/standpipe/shop:0.1.0',
  args: ['sink.mjs'],
  env: [{ name: 'PORT', value: '8080' }],
  readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
  resources: { requests: { cpu: '10m', memory: '48Mi' } },
};
const receiver = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sink' },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
};
const receiverService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'sink' },
  spec: { selector: labels, ports: [{ port: 8080 }] },
};

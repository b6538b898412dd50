import { injectedAnnotation } from '../../operator/src/api/names.ts';
import { brokers, logSinks, microservices } from '../../operator/src/controllers/types.ts';
import { deployments, pods, secrets, services, statefulSets } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { isApiError } from '../../operator/src/kube/errors.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import { container, service as kubeService } from '../api/workloads.ts';
import type { Dice } from './dice.ts';
import { microserviceOf, type Service, userSecret, workloadOf } from './service.ts';

const fieldManager = 'team';

/** One kind of change, and how often it is chosen. */
interface Change {
  readonly name: string;
  readonly weight: number;
  readonly make: (service: Service) => Promise<unknown>;
}

/** Changes services at random, as teams and their pipelines do all day. */
export class Churn {
  /** How often each kind of change was made. */
  readonly made = new Map<string, number>();
  readonly #client: Client;
  readonly #dice: Dice;
  readonly #services: readonly Service[];
  readonly #changes: readonly Change[];

  constructor(client: Client, dice: Dice, all: readonly Service[]) {
    this.#client = client;
    this.#dice = dice;
    this.#services = all;
    const declare = (change: (service: Service) => void) => (service: Service) => {
      change(service);
      service.declared = true;
      return this.#declare(service);
    };
    const deploy = (change: (service: Service) => void) => (service: Service) => {
      change(service);
      service.deployed = true;
      return this.#deploy(service);
    };
    this.#changes = [
      { name: 'reload', weight: 20, make: declare((s) => Object.assign(s, { maxSeries: 100 + dice.below(5000) })) },
      { name: 'tap', weight: 6, make: declare((s) => Object.assign(s, { knowsPort: !s.knowsPort })) },
      {
        name: 'logs',
        weight: 5,
        make: declare((s) => Object.assign(s, { ships: dice.pick(['none', 'stdout', 'files']) })),
      },
      { name: 'call', weight: 4, make: declare((s) => Object.assign(s, { calls: !s.calls })) },
      { name: 'bind', weight: 4, make: declare((s) => Object.assign(s, { bindsSecret: !s.bindsSecret })) },
      { name: 'publish', weight: 3, make: declare((s) => Object.assign(s, { publishes: !s.publishes })) },
      {
        name: 'contradict',
        weight: 4,
        make: declare((s) => Object.assign(s, { contradiction: dice.pick(['none', 'sink', 'broker', 'port']) })),
      },
      { name: 'agree', weight: 6, make: declare((s) => Object.assign(s, { contradiction: 'none' })) },
      { name: 'withdraw', weight: 5, make: (s) => this.#withdraw(s) },
      { name: 'scale', weight: 12, make: deploy((s) => Object.assign(s, { replicas: dice.below(4) })) },
      { name: 'release', weight: 8, make: deploy((s) => Object.assign(s, { release: s.release + 1 })) },
      { name: 'opt out', weight: 2, make: deploy((s) => Object.assign(s, { optsOut: !s.optsOut })) },
      { name: 'remove', weight: 3, make: (s) => this.#remove(s) },
      { name: 'kill pod', weight: 14, make: (s) => this.#killPod(s) },
    ];
  }

  /** Makes one change to one service. */
  async step(): Promise<void> {
    const change = this.#dice.weighed(this.#changes);
    this.made.set(change.name, (this.made.get(change.name) ?? 0) + 1);
    await change.make(this.#dice.pick(this.#services));
  }

  /** Declares and deploys everything, free of contradictions. */
  async heal(): Promise<void> {
    for (const service of this.#services) {
      Object.assign(service, { declared: true, deployed: true, optsOut: false, contradiction: 'none' });
      // Nobody but their team replaces pods that have an older Plan.
      if (service.kind === 'None') service.replicas = 0;
      await this.#apply(services, service.namespace, kubeService(service.name));
      await this.#declare(service);
      await this.#deploy(service);
    }
    await this.sink('sink.example');
    await this.grant(true);
  }

  /** Makes what the services of a namespace share. */
  async furnish(namespace: string): Promise<void> {
    await this.#apply(secrets, namespace, {
      metadata: { name: userSecret },
      stringData: { type: 'postgresql', host: 'db' },
    });
  }

  /** Points the default LogSink to a host: all services that ship logs get another configuration. */
  async sink(host: string): Promise<void> {
    const spec = { default: true, type: 'http', http: { host, port: 8080 }, tls: { enabled: false } };
    await this.#apply(logSinks, undefined, { metadata: { name: 'central' }, spec });
  }

  /** Grants the topic that services publish to, or takes it back. */
  async grant(granted: boolean): Promise<void> {
    const topics = granted ? ['orders.*'] : ['other.*'];
    const spec = {
      kafka: { bootstrap: ['kafka.example:9092'], security: 'sasl_plaintext' },
      principals: { mode: 'shared', shared: { secretName: 'main-user' } },
      access: [{ namespaces: { matchLabels: { team: 'shop' } }, topics, allow: ['publish', 'subscribe'] }],
    };
    await this.#apply(brokers, undefined, { metadata: { name: 'main' }, spec });
  }

  #declare(service: Service): Promise<unknown> {
    return this.#apply(microservices, service.namespace, microserviceOf(service));
  }

  async #deploy(service: Service): Promise<unknown> {
    if (service.kind === 'None') return this.#podsByHand(service);
    return this.#apply(
      service.kind === 'StatefulSet' ? statefulSets : deployments,
      service.namespace,
      workloadOf(service),
    );
  }

  /** Pods that carry the label by hand: as many as replicas are wanted. Nobody replaces bare ones but their team. */
  async #podsByHand({ namespace, name, replicas, declared }: Service): Promise<void> {
    const labelSelector = `standpipe.dev/microservice=${name}`;
    const { items: all } = await this.#client.list(pods, { namespace, labelSelector });
    const items = all.filter(({ metadata }) => metadata.annotations?.[injectedAnnotation] !== undefined);
    const unwanted = [...all.filter((pod) => !items.includes(pod)), ...items.slice(replicas)];
    for (const { metadata } of unwanted) await this.#delete(pods, namespace, metadata.name);
    const { status } = (declared && (await this.#client.find(microservices, { namespace, name }))) || {};
    // Without a Plan there is nothing to inject yet.
    if (status?.revision === undefined) return;
    const metadata = { namespace, generateName: `${name}-`, labels: { app: name, 'standpipe.dev/microservice': name } };
    for (let i = items.length; i < replicas; i++) {
      await this.#client.create(pods, { metadata, spec: { containers: [container] } } as never);
    }
  }

  async #withdraw(service: Service): Promise<void> {
    service.declared = false;
    await this.#delete(microservices, service.namespace, service.name);
  }

  async #remove(service: Service): Promise<void> {
    if (service.kind === 'None') return;
    service.deployed = false;
    const type = service.kind === 'StatefulSet' ? statefulSets : deployments;
    await this.#delete(type, service.namespace, service.name);
  }

  async #killPod({ namespace, name }: Service): Promise<void> {
    const { items } = await this.#client.list(pods, { namespace, labelSelector: `app=${name}` });
    if (items.length > 0) await this.#delete(pods, namespace, this.#dice.pick(items).metadata.name);
  }

  async #apply(type: ResourceType, namespace: string | undefined, object: object): Promise<unknown> {
    const { metadata, ...rest } = object as { readonly metadata: { readonly name: string } };
    return this.#client.apply(type, { ...rest, metadata: { ...metadata, namespace } }, { fieldManager, force: true });
  }

  async #delete(type: ResourceType, namespace: string, name: string): Promise<void> {
    try {
      await this.#client.delete(type, { namespace, name }, { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND')) throw error;
    }
  }
}

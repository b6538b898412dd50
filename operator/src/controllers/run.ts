import { hostname } from 'node:os';
import { microserviceLabel, ownerLabel } from '../api/names.ts';
import { type Reason, reasons } from '../api/reasons.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { aborted, systemClock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import { type ReconcileHooks, ReconcileLoop } from '../kube/reconcileLoop.ts';
import type { ReflectorHooks } from '../kube/reflector.ts';
import { formatKey, type KubeObject, keyOf, referenceTo } from '../kube/wire.ts';
import type { Settings } from '../plan/settings.ts';
import { BrokerController } from './brokerController.ts';
import { ControllerCache, workloadKey } from './cache.ts';
import { type CanaryHooks, WebhookCanary } from './canary.ts';
import { Contents } from './contents.ts';
import { Contest } from './contest.ts';
import { DrainLedger, drainOf } from './drains.ts';
import { ImageCanary } from './imageCanary.ts';
import { imageRuns } from './imageRuns.ts';
import { LiveReports } from './liveReports.ts';
import { LogSinkController } from './logSinkController.ts';
import { Marker } from './marking.ts';
import { MicroserviceController } from './microserviceController.ts';
import { isRedeclared } from './redeclared.ts';
import { Repair } from './repair.ts';
import { Rollout } from './rollout.ts';
import { ServerVersion } from './serverVersion.ts';
import { StoredPlans } from './storedPlans.ts';
import { TrialJudge } from './trialJudge.ts';
import { Trials } from './trials.ts';
import { UserSecrets } from './userSecrets.ts';
import { Waves } from './waves.ts';
import { marksOf } from './workloads.ts';

/** What the controllers are started with. */
export interface ControllersOptions {
  readonly client: Client;
  readonly settings: Settings;
  /** The operator's own namespace. */
  readonly namespace: string;
  /** The namespaces whose Microservices are looked after; all of the cluster where nothing is said. */
  readonly namespaces?: readonly string[] | undefined;
  /** The namespace in which the webhook is tried; nothing else is in it. */
  readonly canaryNamespace: string;
  /** How many Microservices are worked on at the same time. */
  readonly concurrency: number;
  readonly log: Log;
  readonly hooks: ReflectorHooks & ReconcileHooks & CanaryHooks;
}

/** How long Brokers and LogSinks wait until they count their users anew, in milliseconds: each time, all are looked at. */
const countMs = 1_000;

/** The controllers, wired to their caches and to each other. */
export class Controllers {
  readonly cache: ControllerCache;
  readonly #loops: {
    readonly microservices: ReconcileLoop;
    readonly brokers: ReconcileLoop;
    readonly sinks: ReconcileLoop;
    readonly leftovers: ReconcileLoop;
  };
  readonly #drains = new DrainLedger();
  readonly #canary: WebhookCanary;
  readonly #events: EventRecorder<Reason>;
  readonly #options: ControllersOptions;

  constructor(options: ControllersOptions) {
    this.#options = options;
    const { client, settings, namespace, namespaces, log, hooks } = options;
    this.cache = new ControllerCache({ client, log, hooks, namespace, namespaces });
    const { cache } = this;
    this.#events = new EventRecorder({
      client,
      component: 'standpipe-controller',
      instance: hostname(),
      reasons: Object.keys(reasons) as Reason[],
      clock: client.clock,
      log,
    });
    const plans = new StoredPlans(client, cache.plans);
    this.#canary = new WebhookCanary(client, options.canaryNamespace, settings, hooks);
    const canary = this.#canary;
    const images = new ImageCanary({
      client,
      clock: client.clock,
      namespace: options.canaryNamespace,
      enabled: settings.canary.image,
      runs: (image) => imageRuns(cache, image),
    });
    const marker = new Marker(client, canary, images);
    const trials = new Trials(client, plans, client.clock);
    const rollout = new Rollout({
      plans,
      marker,
      trials,
      judge: new TrialJudge({ client, clock: client.clock, trials, reports: new LiveReports(client.clock) }),
      contest: new Contest(client, client.clock),
      waves: new Waves(),
      repair: new Repair(client, canary),
      settings,
    });
    const microservices = new MicroserviceController({
      client,
      cache,
      settings,
      contents: new Contents(client, cache.secrets, cache.configMaps, namespace),
      plans,
      marker,
      rollout,
      server: new ServerVersion(client),
      userSecrets: new UserSecrets(client),
      drains: this.#drains,
      events: this.#events,
      clock: client.clock,
    });
    const brokers = new BrokerController(client, cache, namespace, client.clock);
    const sinks = new LogSinkController(client, cache, client.clock);
    const loop = (name: string, controller: Pick<MicroserviceController, 'reconcile'>, concurrency = 1) =>
      new ReconcileLoop({
        name,
        reconcile: (key, signal) => controller.reconcile(key, signal),
        concurrency,
        hooks,
        log,
      });
    this.#loops = {
      microservices: loop('microservice', microservices, options.concurrency),
      brokers: loop('broker', brokers),
      sinks: loop('logsink', sinks),
      leftovers: loop('leftovers', { reconcile: (_key, signal) => images.sweep(signal) }),
    };
  }

  /** By name of the queue: how many keys could be worked on now. */
  queues(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.#loops).map(([name, { queue }]) => [name, queue.depth]));
  }

  /** Keeps the caches up to date until the signal aborts: that may begin long before the work does. */
  watch(signal: AbortSignal): Promise<void> {
    return this.cache.run(signal);
  }

  /** Works until the signal aborts. Work starts when every cache holds a first whole list. */
  async work(signal: AbortSignal): Promise<void> {
    await Promise.race([this.cache.synced(), aborted(signal)]);
    if (signal.aborted) return;
    this.#options.log.info({ microservices: this.cache.microservices.size }, 'The caches are filled, work starts');
    this.#enqueueOnChange();
    const loops = Object.values(this.#loops).map((loop) => loop.run(signal));
    await Promise.all([...loops, this.#canary.run(signal, systemClock, this.#options.log)]);
    await this.#events.flush();
  }

  /**
   * Every change enqueues the keys that it could matter to. Nothing else happens here. In the beginning everything is
   * enqueued once: to ask of each of thousands of objects what it matters to would hold up the process for seconds.
   */
  #enqueueOnChange(): void {
    const { cache } = this;
    const { microservices, brokers, sinks, leftovers } = this.#loops;
    leftovers.queue.add(this.#options.canaryNamespace);
    const each = <T extends KubeObject>(keys: (object: T) => readonly (string | undefined)[]) => {
      return (before: T | undefined, after: T | undefined) => {
        const all = [before, after].flatMap((object) => (object === undefined ? [] : keys(object)));
        for (const key of all) if (key !== undefined) microservices.queue.add(key);
      };
    };
    for (const microservice of cache.microservices.list()) microservices.queue.add(formatKey(microservice.metadata));
    for (const broker of cache.brokers.list()) brokers.queue.add(keyOf(broker));
    for (const sink of cache.sinks.list()) sinks.queue.add(keyOf(sink));
    cache.microservices.onChange((before, after) => {
      const changed = after ?? before;
      if (changed === undefined) return;
      if (!isRedeclared(before, after)) {
        microservices.queue.add(formatKey(changed.metadata));
        return;
      }
      for (const key of this.#related(changed)) microservices.queue.add(key);
      for (const broker of cache.brokers.list()) brokers.queue.addAfter(keyOf(broker), countMs);
      for (const sink of cache.sinks.list()) sinks.queue.addAfter(keyOf(sink), countMs);
    }, 'later');
    cache.brokers.onChange((before, after) => {
      brokers.queue.add((after ?? before)?.metadata.name ?? '');
      if (!isRedeclared(before, after)) return;
      for (const key of this.#withBrokers()) microservices.queue.add(key);
    }, 'later');
    cache.sinks.onChange((before, after) => {
      for (const sink of cache.sinks.list()) sinks.queue.add(keyOf(sink));
      if (!isRedeclared(before, after)) return;
      for (const { metadata } of cache.microservices.list()) microservices.queue.add(formatKey(metadata));
    }, 'later');
    cache.secrets.onChange(() => {
      for (const broker of cache.brokers.list()) brokers.queue.add(keyOf(broker));
      for (const key of this.#withBrokers()) microservices.queue.add(key);
    }, 'later');
    cache.namespaces.onChange(
      each(({ metadata }) => this.#inNamespace(metadata.name)),
      'later',
    );
    cache.services.onChange(
      each(({ metadata }) => {
        const callers = cache.microservices.byIndex('caller', metadata.namespace ?? '');
        return [...callers.map((caller) => formatKey(caller.metadata)), ...this.#named(metadata.namespace)];
      }),
      'later',
    );
    cache.networkPolicies.onChange(
      each(({ metadata }) => this.#named(metadata.namespace)),
      'later',
    );
    cache.configMaps.onChange(
      each(({ metadata }) => [labelKey(metadata, ownerLabel)]),
      'later',
    );
    cache.plans.onChange(each(({ metadata }) => [labelKey(metadata, ownerLabel)]));
    cache.pods.onChange(each(({ metadata }) => [labelKey(metadata, microserviceLabel)]));
    cache.pods.onChange((before, after) => {
      if (after === undefined && before !== undefined) this.#podGone(before);
    });
    for (const store of Object.values(cache.workloads)) {
      store.onChange(
        each((workload) => {
          const { kind, metadata } = workload;
          const claims = cache.microservices.byIndex('workload', `${kind}/${metadata.namespace}/${metadata.name}`);
          const marks = marksOf(workload);
          const marked = marks === null ? [] : [`${metadata.namespace}/${marks.microservice}`];
          return [...claims.map((claim) => formatKey(claim.metadata)), ...marked];
        }),
      );
    }
  }

  /** A Microservice, those that claim the same workload, and those that call it. */
  #related(microservice: Parameters<typeof workloadKey>[0]): string[] {
    const { metadata } = microservice;
    const rivals = this.cache.microservices.byIndex('workload', workloadKey(microservice));
    const callers = this.cache.microservices.byIndex('callee', formatKey(metadata));
    return [formatKey(metadata), ...[...rivals, ...callers].map((other) => formatKey(other.metadata))];
  }

  #inNamespace(namespace: string): string[] {
    return this.cache.microservices.list(namespace).map(({ metadata }) => formatKey(metadata));
  }

  /** The Microservices whose taps take over names of ports: Services and policies may lead past them. */
  #named(namespace = ''): string[] {
    return this.cache.microservices.byIndex('named', namespace).map(({ metadata }) => formatKey(metadata));
  }

  #withBrokers(): string[] {
    return this.cache.microservices
      .list()
      .filter(({ spec }) => (spec.bindings ?? []).some(({ brokerName }) => brokerName !== undefined))
      .map(({ metadata }) => formatKey(metadata));
  }

  /** The drain of a pod is read from its last state, once, when it is gone. */
  #podGone(pod: Pod): void {
    const drain = drainOf(pod);
    const name = pod.metadata.labels?.[microserviceLabel];
    if (drain === null || name === undefined) return;
    const { namespace } = pod.metadata;
    const microservice = this.cache.microservices.get({ namespace, name });
    this.#drains.add(pod, drain, microservice?.status?.drains);
    if (microservice === undefined || !drain.linesLeft) return;
    const message = `pod ${drain.pod} ended with ${drain.linesLeft} lines that were not sent to the sink`;
    this.#events.record(referenceTo(microservice), { type: 'Warning', reason: 'DrainIncomplete', message });
  }
}

function labelKey(metadata: KubeObject['metadata'], label: string): string | undefined {
  const value = metadata.labels?.[label];
  return value === undefined ? undefined : `${metadata.namespace}/${value}`;
}

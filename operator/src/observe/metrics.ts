import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReconcileHooks, ReconcileOutcome } from '../kube/reconcileLoop.ts';
import type { ReflectorHooks } from '../kube/reflector.ts';
import type { CallObserver } from '../kube/transport.ts';
import type { EventLoopWatch } from './eventLoopWatch.ts';

/** How a try of the webhook ended: the trial pod came back injected, came back bare, or could not be tried. */
const canaryResults = ['injected', 'bare', 'error'] as const;

/** Pods of one namespace in one state. */
export interface PodCount {
  /** Not `namespace`, which is what Prometheus calls the target's own. */
  readonly microservice_namespace: string;
  readonly state: string;
  readonly count: number;
}

/** What a controller is asked for when its page of metrics is read. */
export interface ControllerState {
  /** By name of the queue: how many keys could be worked on now. */
  readonly queues: () => Readonly<Record<string, number>>;
  /** The pods of all Microservices. Only told by the process that leads. */
  readonly pods: () => readonly PodCount[];
}

/**
 * The operator's own metrics. Names follow controller-runtime's where they mean the same, so that existing dashboards
 * and alerts fit.
 */
export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #component: string;
  #leads = false;

  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', {
    help: 'Reconciliations per controller and result.',
    labelNames: ['controller', 'result'],
  });
  readonly #reconcileErrors = this.#counter('controller_runtime_reconcile_errors_total', {
    help: 'Reconciliations that failed, per controller.',
    labelNames: ['controller'],
  });
  readonly #reconcileSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of reconciliations per controller.',
    labelNames: ['controller'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    registers: [this.registry],
  });
  readonly #calls = this.#counter('rest_client_requests_total', {
    help: 'Calls of the API server, by method and HTTP status, or by what kept them from getting one.',
    labelNames: ['method', 'code'],
  });
  readonly #watchRestarts = this.#counter('standpipe_watch_restarts_total', {
    help: 'Watches that had to be opened again, by the reason; "closed" is planned.',
    labelNames: ['kind', 'reason'],
  });
  readonly #relistRepairs = this.#counter('standpipe_relist_repairs_total', {
    help: 'Changes that a watch had not told, and a list or the next watch brought.',
    labelNames: ['kind'],
  });
  readonly #injections = this.#counter('standpipe_injection_total', {
    help: 'Pods that the webhook was asked about, by verdict and reason.',
    labelNames: ['verdict', 'reason'],
  });
  readonly #admissionSeconds = new Histogram({
    name: 'standpipe_admission_duration_seconds',
    help: 'Time from a parsed review to its answer.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3],
    registers: [this.registry],
  });
  readonly #canary = this.#counter('standpipe_webhook_canary_total', {
    help: 'Trial pods that the API server was given, by how they came back.',
    labelNames: ['result'],
  });
  readonly #certificateExpiry = this.#gauge('standpipe_webhook_certificate_expiry_timestamp_seconds', {
    help: "When the webhook's serving certificate ends, in seconds since the epoch.",
    labelNames: [],
  });
  readonly #leading = this.#gauge('leader_election_master_status', {
    help: '1 in the process that leads, 0 in those that wait for their turn.',
    labelNames: ['name'],
  });
  readonly #ready = this.#gauge('standpipe_ready', {
    help: '1 while the process says that it is ready, by component.',
    labelNames: ['component'],
  });
  readonly #pods = this.#gauge('standpipe_pods', {
    help: 'Pods of Microservices by namespace and state, as their statuses count them.',
    labelNames: ['microservice_namespace', 'state'],
  });
  readonly #queues = this.#gauge('workqueue_depth', {
    help: 'Keys that wait for a worker.',
    labelNames: ['name'],
  });
  readonly #eventLoopLag = this.#gauge('nodejs_eventloop_lag_max_seconds', {
    help: 'The longest that the event loop was held up, within the last quarter of a minute or the one before.',
    labelNames: [],
  });
  #state: ControllerState | undefined;
  readonly #eventLoop: EventLoopWatch | undefined;

  /**
   * @param component `controller` or `webhook`
   * @param eventLoop what is told of it; without, nothing is
   */
  constructor(component: string, eventLoop?: EventLoopWatch) {
    this.#component = component;
    this.#eventLoop = eventLoop;
    // Nothing is a better answer than 1970 where a process has no certificate.
    this.#certificateExpiry.remove();
    if (component === 'controller') for (const result of canaryResults) this.#canary.inc({ result }, 0);
  }

  /** This process leads, or not, for the Lease of that name. */
  leading(name: string, leads: boolean): void {
    this.#leads = leads;
    this.#leading.set({ name }, leads ? 1 : 0);
  }

  /** From now on these are asked whenever the page is read. */
  follow(state: ControllerState): void {
    this.#state = state;
  }

  /** The page that Prometheus reads. @param ready whether the process is ready at this moment */
  readonly page = async (ready: boolean): Promise<{ readonly contentType: string; readonly text: string }> => {
    this.#ready.set({ component: this.#component }, ready ? 1 : 0);
    if (this.#eventLoop !== undefined) this.#eventLoopLag.set(this.#eventLoop.longestMs / 1000);
    for (const [name, depth] of Object.entries(this.#state?.queues() ?? {})) this.#queues.set({ name }, depth);
    this.#pods.reset();
    for (const { count, ...labels } of this.#leads ? (this.#state?.pods() ?? []) : []) this.#pods.set(labels, count);
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  };

  /** For clients of the API server. */
  readonly called: CallObserver = (method, code) => this.#calls.inc({ method, code });

  /** For reflectors, reconcile loops and the webhook's canary. */
  readonly hooks: ReflectorHooks & ReconcileHooks & { readonly tried: (result: CanaryResult) => void } = {
    restarted: (type, reason) => this.#watchRestarts.inc({ kind: type.kind, reason }),
    repaired: (type, changes) => this.#relistRepairs.inc({ kind: type.kind }, changes),
    reconciled: (controller: string, result: ReconcileOutcome, seconds: number) => {
      this.#reconciles.inc({ controller, result });
      this.#reconcileErrors.inc({ controller }, result === 'success' || result === 'requeue_after' ? 0 : 1);
      this.#reconcileSeconds.observe({ controller }, seconds);
    },
    tried: (result) => this.#canary.inc({ result }),
  };

  /** One pod that the webhook was asked about. */
  admitted(verdict: 'injected' | 'skipped', reason: string, seconds: number): void {
    this.#injections.inc({ verdict, reason });
    this.#admissionSeconds.observe(seconds);
  }

  /** The serving certificate was replaced. @param notAfter when it ends */
  certificateTaken(notAfter: Date): void {
    this.#certificateExpiry.set(notAfter.getTime() / 1000);
  }

  #counter<Label extends string>(name: string, { help, labelNames }: Described<Label>): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, { help, labelNames }: Described<Label>): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

type CanaryResult = (typeof canaryResults)[number];

interface Described<Label extends string> {
  readonly help: string;
  readonly labelNames: readonly Label[];
}

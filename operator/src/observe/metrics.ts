import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReconcileHooks, ReconcileOutcome } from '../kube/reconcileLoop.ts';
import type { ReflectorHooks } from '../kube/reflector.ts';
import type { EventLoopWatch } from './eventLoopWatch.ts';

/**
 * The operator's own metrics. Names follow controller-runtime's where they mean the same, so that existing dashboards
 * and alerts fit.
 */
export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #reconcileSeconds: Histogram<'controller'>;
  readonly #watchRestarts: Counter<'kind' | 'reason'>;
  readonly #relistRepairs: Counter<'kind'>;
  readonly #injections: Counter<'verdict' | 'reason'>;
  readonly #admissionSeconds: Histogram<string>;
  readonly #certificateExpiry: Gauge<string>;
  readonly #leads: Gauge<'name'>;

  /** @param eventLoop what is told of it; without, nothing is */
  constructor(eventLoop?: EventLoopWatch) {
    const registers = [this.registry];
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations per controller and result.',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.#reconcileSeconds = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of reconciliations per controller.',
      labelNames: ['controller'],
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
      registers,
    });
    this.#watchRestarts = new Counter({
      name: 'standpipe_watch_restarts_total',
      help: 'Watches that had to be opened again, by the reason; "closed" is planned.',
      labelNames: ['kind', 'reason'],
      registers,
    });
    this.#relistRepairs = new Counter({
      name: 'standpipe_relist_repairs_total',
      help: 'Changes that a watch had not told, and a list or the next watch brought.',
      labelNames: ['kind'],
      registers,
    });
    this.#injections = new Counter({
      name: 'standpipe_injection_total',
      help: 'Pods that the webhook was asked about, by verdict and reason.',
      labelNames: ['verdict', 'reason'],
      registers,
    });
    this.#admissionSeconds = new Histogram({
      name: 'standpipe_admission_duration_seconds',
      help: 'Time from a parsed review to its answer.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3],
      registers,
    });
    this.#certificateExpiry = new Gauge({
      name: 'standpipe_webhook_certificate_expiry_timestamp_seconds',
      help: "When the webhook's serving certificate ends, in seconds since the epoch.",
      registers,
    });
    this.#leads = new Gauge({
      name: 'leader_election_master_status',
      help: '1 in the process that leads, 0 in those that wait for their turn.',
      labelNames: ['name'],
      registers,
    });
    new Gauge({
      name: 'nodejs_eventloop_lag_max_seconds',
      help: 'The longest that the event loop was held up, within the last quarter of a minute or the one before.',
      registers,
      collect() {
        if (eventLoop !== undefined) this.set(eventLoop.longestMs / 1000);
      },
    });
  }

  /** This process leads, or not, for the Lease of that name. */
  leading(name: string, leads: boolean): void {
    this.#leads.set({ name }, leads ? 1 : 0);
  }

  /** The page that Prometheus reads. */
  readonly page = async (): Promise<{ readonly contentType: string; readonly text: string }> => ({
    contentType: this.registry.contentType,
    text: await this.registry.metrics(),
  });

  /** For reflectors and reconcile loops. */
  readonly hooks: ReflectorHooks & ReconcileHooks = {
    restarted: (type, reason) => this.#watchRestarts.inc({ kind: type.kind, reason }),
    repaired: (type, changes) => this.#relistRepairs.inc({ kind: type.kind }, changes),
    reconciled: (controller: string, result: ReconcileOutcome, seconds: number) => {
      this.#reconciles.inc({ controller, result });
      this.#reconcileSeconds.observe({ controller }, seconds);
    },
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
}

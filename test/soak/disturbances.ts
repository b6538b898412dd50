import { setTimeout as sleep } from 'node:timers/promises';
import type { Auditor } from './auditor.ts';
import type { Churn } from './churn.ts';
import type { Stage } from './stage.ts';

/** How long the webhook is out of reach at a time, in milliseconds. */
const outageMs = 2_000;

/** The shortest time between two of a kind, in seconds: a controller must be able to list everything in between. */
const leastSeconds = 20;

/** One kind of trouble from outside. */
interface Disturbance {
  readonly name: string;
  /** How often it comes, in seconds. */
  readonly everySeconds: number;
  readonly strike: () => Promise<void>;
}

/** What happens to the operator while services are churned. */
export class Disturbances {
  /** How often each happened. */
  readonly made = new Map<string, number>();
  readonly #all: readonly Disturbance[];
  #last: Promise<void> = Promise.resolve();

  constructor(stage: Stage, churn: Churn, auditor: Auditor) {
    const [steady, restarted] = stage.webhooks;
    let [host, granted] = [0, true];
    this.#all = [
      {
        name: 'webhook restarted',
        everySeconds: 240,
        async strike() {
          await restarted.end('SIGTERM');
          await restarted.start();
        },
      },
      {
        name: 'webhook killed',
        everySeconds: 420,
        async strike() {
          // The balancer takes a moment to notice, as endpoints do.
          const over = auditor.outage();
          await restarted.end('SIGKILL');
          await sleep(outageMs);
          over();
          await restarted.start();
        },
      },
      {
        name: 'webhook out of reach',
        everySeconds: 600,
        async strike() {
          const over = auditor.outage();
          stage.balancer.cutOff = true;
          await sleep(outageMs);
          stage.balancer.cutOff = false;
          over();
        },
      },
      {
        name: 'connections to webhooks cut',
        everySeconds: 45,
        async strike() {
          const over = auditor.outage();
          stage.balancer.cut();
          over();
        },
      },
      { name: "controller's connections cut", everySeconds: 90, strike: async () => stage.cut(stage.controller) },
      { name: "webhook's watch cut", everySeconds: 130, strike: async () => stage.cut(steady) },
      { name: 'sink changed', everySeconds: 75, strike: () => churn.sink(`sink-${++host % 10}.example`) },
      {
        name: 'access changed',
        everySeconds: 150,
        strike() {
          granted = !granted;
          return churn.grant(granted);
        },
      },
    ];
  }

  /**
   * Disturbs until the signal aborts; each kind keeps its pace.
   * @param haste how much more often than usual, for short runs
   */
  async run(haste: number, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all.map((one) => this.#repeat(one, haste, signal)));
  }

  async #repeat({ name, everySeconds, strike }: Disturbance, haste: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(Math.max(leastSeconds, everySeconds / haste) * 1000, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.made.set(name, (this.made.get(name) ?? 0) + 1);
      // One after the other: two of them may be about the same process.
      const turn = this.#last.then(strike);
      this.#last = turn.catch(() => undefined);
      await turn;
    }
  }
}

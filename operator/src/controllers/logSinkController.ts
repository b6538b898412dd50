import { dateConditions, type Verdict } from '../api/conditions.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Result } from '../kube/reconcileLoop.ts';
import type { KubeObject, ObjectKey } from '../kube/wire.ts';
import { unbuiltSinkFields } from '../plan/unbuilt.ts';
import type { ControllerCache } from './cache.ts';
import { StatusWriter, usersOf } from './status.ts';
import { logSinks } from './types.ts';

/** Reports whether LogSinks can be used, and by how many Microservices they are. */
export class LogSinkController {
  readonly #statuses: StatusWriter<LogSink & KubeObject>;
  readonly #cache: ControllerCache;
  readonly #clock: Clock;

  constructor(client: Client, cache: ControllerCache, clock: Clock) {
    this.#statuses = new StatusWriter(client, logSinks);
    this.#cache = cache;
    this.#clock = clock;
  }

  /** The reconcile function. */
  async reconcile({ name }: ObjectKey, signal: AbortSignal): Promise<Result> {
    const cached = this.#cache.sinks.get({ name }) as (LogSink & KubeObject) | undefined;
    if (cached === undefined) {
      this.#statuses.forget({ name });
      return {};
    }
    const sink = this.#statuses.latest(cached);
    const generation = sink.metadata.generation ?? 0;
    const before = sink.status?.conditions ?? [];
    const conditions = dateConditions(this.#verdicts(sink), before, generation, this.#clock.date());
    const status = { observedGeneration: generation, conditions, users: usersOf(this.#users(sink)) };
    await this.#statuses.write(sink, status, signal);
    return {};
  }

  #verdicts(sink: LogSink): Verdict[] {
    const unbuilt = unbuiltSinkFields(sink);
    if (unbuilt.length > 0) {
      const message = `this version does not have these yet: ${unbuilt.join(', ')}`;
      return [
        { type: 'Ready', status: 'False', reason: 'NotImplemented', message },
        { type: 'NotImplementedInThisVersion', status: 'True', reason: 'NotImplemented', message },
      ];
    }
    const defaults = this.#cache.sinks.list().filter(({ spec }) => spec.default === true);
    if (sink.spec.default !== true || defaults.length < 2) return [{ type: 'Ready', status: 'True', reason: 'Ready' }];
    const names = defaults.map(({ metadata }) => metadata.name).sort();
    const message = `LogSinks ${names.join(', ')} are all marked default, so none is used where a Microservice names none: leave one`;
    return [
      { type: 'Ready', status: 'True', reason: 'Ready' },
      { type: 'DefaultConflict', status: 'True', reason: 'TwoDefaultSinks', message },
    ];
  }

  /** Those that name the sink, and, for the default, those that name none. */
  #users({ metadata, spec }: LogSink): readonly Microservice[] {
    return this.#cache.microservices.list().filter(({ spec: { logging } }) => {
      if (logging === undefined || logging.source === 'none') return false;
      return logging.sinkName === undefined ? spec.default === true : logging.sinkName === metadata.name;
    });
  }
}

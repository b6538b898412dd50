import type { ApiRequest } from './apiRequest.ts';
import type { Fault, FaultPlan, Match } from './plan.ts';

/** Keeps count of a plan: which of its faults strikes the next request. */
export class FaultBook {
  readonly #faults: readonly Fault[];
  readonly #matched: number[];

  constructor({ faults }: FaultPlan) {
    this.#faults = faults;
    this.#matched = faults.map(() => 0);
  }

  /** Counts a request for every fault that it matches, and gives back the first one that strikes it. */
  strike(request: ApiRequest, phase: string): Fault | undefined {
    let struck: Fault | undefined;
    this.#faults.forEach((fault, i) => {
      if (!matches(fault.on, request, phase)) return;
      const before = this.#matched[i] ?? 0;
      this.#matched[i] = before + 1;
      if (isDue(fault, before)) struck ??= fault;
    });
    return struck;
  }

  /** The faults that have struck at least once. */
  struck(): readonly Fault[] {
    return this.#faults.filter(({ skip = 0 }, i) => (this.#matched[i] ?? 0) > skip);
  }
}

/** @param before how many matching requests came before this one */
function isDue({ skip = 0, times = 1, every = 1 }: Fault, before: number): boolean {
  const turn = (before - skip) / every;
  return turn >= 0 && Number.isInteger(turn) && (times === 'always' || turn < times);
}

function matches({ verb, who, phase: during, ...exact }: Match, request: ApiRequest, phase: string): boolean {
  if (verb === 'write' ? !request.write : verb !== undefined && verb !== request.verb) return false;
  if (who !== undefined && !request.who.startsWith(who)) return false;
  if (during !== undefined && during !== phase) return false;
  return Object.entries(exact).every(([field, value]) => request[field as keyof typeof exact] === value);
}

import type { Plan, Resources } from './plan.ts';

/** What the sidecars of a Plan request in each pod, as quantities. */
export interface Overhead {
  readonly cpu: string;
  readonly memory: string;
}

/** Sums the requests of a Plan's sidecars. */
export function overheadOf(plan: Plan): Overhead {
  const sidecars: Resources[] = [plan.metrics.resources, ...(plan.logs === null ? [] : [plan.logs.resources])];
  const sum = (name: string) =>
    sidecars.reduce((total, { requests }) => total + parseQuantity(requests[name] ?? '0'), 0);
  return { cpu: `${roundUp(sum('cpu') * 1000)}m`, memory: `${roundUp(sum('memory') / 2 ** 20)}Mi` };
}

/** Rounds up, but not for what adding fractions leaves behind: 0.1 + 0.2 is a little more than 0.3. */
function roundUp(value: number): number {
  return Math.ceil(Number(value.toFixed(6)));
}

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as a number (Kubernetes API conventions, "Quantity"). What is no quantity counts as nothing. */
export function parseQuantity(quantity: string): number {
  const [, number, suffix] = /^([0-9.]+(?:[eE][-+]?[0-9]+)?)(n|u|m|[kMGTPE]|[KMGTPE]i)?$/.exec(quantity) ?? [];
  return Number(number ?? 0) * (suffixes[suffix ?? ''] ?? 0);
}

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
  return { cpu: `${Math.ceil(sum('cpu') * 1000)}m`, memory: `${Math.ceil(sum('memory') / 2 ** 20)}Mi` };
}

const suffixes: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as a number (Kubernetes API conventions, "Quantity"). What is no quantity counts as nothing. */
export function parseQuantity(quantity: string): number {
  const [, number, suffix] = /^([0-9.]+(?:[eE][-+]?[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(quantity) ?? [];
  return Number(number ?? 0) * (suffixes[suffix ?? ''] ?? 0);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorProcesses } from '../../test/support/operator.ts';
import type { Etcd } from './etcd.ts';
import { type Counts, MeasuredController } from './measuredController.ts';
import { type CpuSeconds, cpuSeconds, residentBytes } from './processes.ts';

/** One pass over all Microservices. */
export interface Pass {
  /** From the start of the process until its caches were filled and it led. */
  readonly syncSeconds: number;
  /** From then until every Microservice was looked at, or, where there was something to write, until nothing was left to do. */
  readonly passSeconds: number;
  readonly reconciles: number;
  readonly errors: number;
  readonly calls: Readonly<Record<string, number>>;
  /** CPU seconds within the pass. */
  readonly cpu: CpuSeconds;
  /** For how long the event loop was held up at most, in milliseconds. */
  readonly loopMaxMs: { readonly sync: number; readonly pass: number };
  readonly residentBytes: { readonly now: number; readonly most: number };
  /** After a full collection. */
  readonly heapBytes: number;
}

/** What was written while nothing changed. */
export interface Rest {
  readonly seconds: number;
  readonly reconciles: number;
  readonly calls: Readonly<Record<string, number>>;
  /** Keys of the database that anybody wrote, without leases. */
  readonly written: readonly string[];
  readonly cpu: CpuSeconds;
}

/** What the stages have in common. */
export interface Bench {
  readonly operator: OperatorProcesses;
  readonly etcd: Etcd;
  /** The process ids of the cluster's programs. */
  readonly cluster: Readonly<Record<string, number>>;
  readonly profile: string | undefined;
}

/** Rollouts pass when their pods have been ready for ten seconds, which is looked at every five. */
const quietMs = 12_000;

/** Starts the controller and lets it work until nothing is left to do. */
export async function workingPass(bench: Bench, label: string): Promise<Pass> {
  const controller = new MeasuredController(bench.operator, label, bench.profile);
  const pass = await passOf(bench, controller, () => controller.untilAtRest(quietMs));
  await controller.end();
  return pass;
}

/** Starts the controller where nothing is left to do, and watches it at rest. */
export async function idlePass(bench: Bench, label: string, size: number, restSeconds: number) {
  const controller = new MeasuredController(bench.operator, label, bench.profile);
  const pass = await passOf(bench, controller, () => controller.untilReconciled(size));
  await controller.untilAtRest(quietMs);
  const rest = await restOf(bench, controller, restSeconds);
  await controller.end();
  return { pass, rest };
}

async function passOf(bench: Bench, controller: MeasuredController, ended: () => Promise<number>): Promise<Pass> {
  const pids = { operator: controller.pid, ...bench.cluster };
  const began = await controller.workBegan();
  const before = cpuSeconds(pids);
  const sync = await controller.probe();
  const end = await ended();
  const after = cpuSeconds(pids);
  const counts = await controller.counts();
  const resident = residentBytes(controller.pid);
  const { heapBytes, loopMaxMs } = await controller.probe();
  return {
    syncSeconds: (began - controller.startedAt) / 1000,
    passSeconds: (end - began) / 1000,
    ...without(counts),
    cpu: difference(after, before),
    loopMaxMs: { sync: sync.loopMaxMs, pass: loopMaxMs },
    residentBytes: resident,
    heapBytes,
  };
}

async function restOf({ etcd, cluster }: Bench, controller: MeasuredController, seconds: number): Promise<Rest> {
  const pids = { operator: controller.pid, ...cluster };
  const [revision, counts, cpu] = [await etcd.revision(), await controller.counts(), cpuSeconds(pids)];
  await sleep(seconds * 1000);
  const after = await controller.counts();
  const written = await etcd.writtenSince(revision);
  return {
    seconds,
    reconciles: after.reconciles - counts.reconciles,
    calls: difference(after.calls, counts.calls),
    written: written.filter((key) => !/^\/registry\/(peerserver)?leases\//.test(key)),
    cpu: difference(cpuSeconds(pids), cpu),
  };
}

function without({ reconciles, errors, calls }: Counts): Pick<Pass, 'reconciles' | 'errors' | 'calls'> {
  return { reconciles, errors, calls };
}

function difference(after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { microservices } from '../../operator/src/controllers/types.ts';
import { deployments, pods, statefulSets } from '../../operator/src/kube/builtin.ts';
import { Connection } from '../../operator/src/kube/connection.ts';
import { testClient, testConfig } from '../../operator/src/kube/testing/apiServer.ts';
import { Auditor } from './auditor.ts';
import { Churn } from './churn.ts';
import { unsettled } from './convergence.ts';
import { Dice } from './dice.ts';
import { Disturbances } from './disturbances.ts';
import { Readiness } from './readiness.ts';
import { memoryOf, type Outcome } from './report.ts';
import { Sampler } from './sampler.ts';
import type { Service, ServiceKind } from './service.ts';
import { Stage } from './stage.ts';
import { Tail } from './tail.ts';
import { failedOpen, writesBetween, writesSoFar } from './writes.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** How many services there are. */
  readonly services: number;
  /** Changes in a second. */
  readonly rate: number;
  readonly seed: number;
  /** Where logs and the CSV file go. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** How long everything may take to converge once nothing is changed any more, in seconds. */
const convergenceSeconds = 60;
/** How long it may take until everything is in place, in seconds. */
const startSeconds = 120;
/**
 * How long trials and repairs may go on after that, in seconds: no sidecar answers here, and the controller waits for a
 * minute for those of a trial.
 */
const settlingSeconds = 90;
/** How long nothing may be written then, in seconds. */
const restSeconds = 60;
/** Runs that are shorter than this are disturbed more often, so that everything happens at least twice. */
const usualMinutes = 20;
const namespaceCount = 4;
/** Until a controller that was started has taken the lead and caught up, in milliseconds. */
const takeoverMs = 30_000;

/** Churns a cluster for a while, and says what came of it. */
export async function soak(options: SoakOptions): Promise<Outcome> {
  const { minutes, folder, say } = options;
  const dice = new Dice(options.seed);
  const client = testClient();
  const stage = await Stage.set(folder);
  const stop = new AbortController();
  try {
    const namespaces = await Stage.namespaces(namespaceCount);
    const services = population(options.services, namespaces, dice);
    const churn = new Churn(client, dice, services);
    const tails = {
      pods: new Tail(client, pods),
      microservices: new Tail(client, microservices),
      deployments: new Tail(client, deployments),
      statefulSets: new Tail(client, statefulSets),
    };
    const auditor = new Auditor(tails.pods, tails.microservices);
    const troubles: string[] = [];
    const trouble = (error: unknown): void => void troubles.push(`the run itself: ${(error as Error).message}`);
    new Readiness(client, new Dice(options.seed + 1), namespaces).follow(tails.pods, stop.signal);
    const following = Promise.all(Object.values(tails).map((tail) => tail.run(stop.signal)));
    const missing = () => {
      const inOurs = <T extends { readonly metadata: { readonly namespace?: string | undefined } }>(
        list: readonly T[],
      ) => list.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
      return unsettled({
        microservices: tails.microservices.list(),
        workloads: inOurs([...tails.deployments.list(), ...tails.statefulSets.list()]),
        pods: inOurs(tails.pods.list()),
      });
    };

    say(`seed ${options.seed}: ${services.length} services in ${namespaces.length} namespaces, ${minutes} minutes`);
    for (const namespace of namespaces) await churn.furnish(namespace);
    await churn.heal();
    const unready = await settled(missing, startSeconds);
    if (unready.length > 0) throw new Error(`not in place after ${startSeconds} s:\n${unready.join('\n')}`);
    say('everything is in place: the churn begins');

    const sampler = new Sampler(stage.processes, join(folder, 'memory.csv'));
    const sampling = sampler.run(stop.signal);
    const disturbances = new Disturbances(stage, churn, auditor);
    const end = AbortSignal.timeout(minutes * 60_000);
    const disturbing = disturbances.run(Math.max(1, usualMinutes / minutes), end).catch(trouble);
    const settings = sleep(minutes * 10_000)
      .then(() => stage.changeSettings())
      .catch(trouble);
    let told = 0;
    const check = () => {
      for (const breach of auditor.breaches.slice(told)) say(`BREACH: ${breach}`);
      told = auditor.breaches.length;
      auditor.checkLags(stage.controller.startedAt + takeoverMs);
    };
    await churned(churn, options.rate, end, check, trouble);
    await Promise.all([disturbing, settings]);

    say('the churn ends');
    await churn.heal();
    const start = performance.now();
    const left = await settled(missing, convergenceSeconds);
    const seconds = (performance.now() - start) / 1000;
    say(left.length === 0 ? `converged after ${seconds.toFixed(1)} s` : `${left.length} are not settled`);
    await sleep(settlingSeconds * 1000);
    const connection = new Connection(testConfig());
    const before = await writesSoFar(connection);
    await sleep(restSeconds * 1000);
    const writes = writesBetween(before, await writesSoFar(connection));
    const unanswered = await failedOpen(connection);
    auditor.checkMissed(unanswered);
    await connection.close();
    stop.abort();
    await Promise.all([following, sampling]);
    const crashes = stage.processes.flatMap(({ name, crashes: count }) =>
      count > 0 ? [`${name} ended ${count} times by itself`] : [],
    );
    return {
      minutes,
      changes: churn.made,
      disturbances: disturbances.made,
      fates: auditor.fates,
      failedOpen: unanswered,
      lags: auditor.lags,
      convergenceSeconds: left.length === 0 ? seconds : undefined,
      writesAtRest: writes,
      leadsLost: stage.controller.leadsLost,
      memory: memoryOf(stage.processes, sampler),
      breaches: [
        ...auditor.breaches,
        ...troubles,
        ...crashes,
        ...left.map((one) => `not converged after ${convergenceSeconds} s: ${one}`),
        ...writes.map((one) => `written at rest: ${one}`),
      ],
    };
  } finally {
    stop.abort();
    await stage.strike();
    await client.close();
  }
}

/** One service in ten has a StatefulSet, one in twenty labels its pods by hand. */
function population(count: number, namespaces: readonly string[], dice: Dice): Service[] {
  return Array.from({ length: count }, (_, i) => {
    const namespace = namespaces[i % namespaces.length] ?? '';
    const kind: ServiceKind = i % 20 === 19 ? 'None' : i % 10 === 4 ? 'StatefulSet' : 'Deployment';
    return {
      namespace,
      name: `s${i}`,
      kind,
      callee: `s${(i + namespaces.length) % count}`,
      declared: true,
      deployed: true,
      replicas: 1 + dice.below(3),
      release: 1,
      optsOut: false,
      knowsPort: dice.below(2) === 0,
      ships: dice.pick(['none', 'stdout', 'files']),
      calls: dice.below(3) === 0,
      bindsSecret: dice.below(3) === 0,
      publishes: dice.below(2) === 0,
      maxSeries: 2000,
      contradiction: 'none',
    };
  });
}

async function churned(
  churn: Churn,
  rate: number,
  end: AbortSignal,
  check: () => void,
  trouble: (error: unknown) => void,
): Promise<void> {
  while (!end.aborted) {
    await churn.step().catch(trouble);
    check();
    await sleep(1000 / rate, undefined, { signal: end }).catch(() => undefined);
  }
}

/** Waits until nothing is missing any more; gives back what is when time is over. */
async function settled(missing: () => readonly string[], seconds: number): Promise<readonly string[]> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const left = missing();
    if (left.length === 0 || performance.now() > end) return left;
    await sleep(500);
  }
}

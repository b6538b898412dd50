import { metricsContainer } from '../api/names.ts';
import type { Pod } from '../kube/builtin.ts';
import { isReady } from './health.ts';
import type { Reports } from './liveReports.ts';
import type { TrialVerdict } from './trial.ts';

/** What is made of the reports of a trial's pods. */
export interface AdoptionInput {
  /** The pods that were asked. All of them are ready. */
  readonly pods: readonly Pod[];
  readonly reports: Reports;
  readonly revision: string;
  /** The generation of the configuration that they shall work with. */
  readonly generation: string;
  /** Whether the workload was healthy before: if not, nothing is held against the rollout. */
  readonly healthyBefore: boolean;
  readonly now: Date;
}

/**
 * How long after pods became ready their reports are waited for, in seconds. Then who was not heard is taken to be well,
 * since a network policy may stand between; and who says that it is not well has failed.
 */
const patienceSeconds = 60;

/** Judges a trial whose pods are all ready by what their sidecars report. Pure. */
export function judgeAdoption(input: AdoptionInput): TrialVerdict {
  const { pods, reports, revision, generation, now } = input;
  const adopted = pods.filter(({ metadata }) => {
    const report = reports.get(metadata.name);
    return report?.revision === revision && report.generation === generation && report.problems.length === 0;
  });
  if (adopted.length === pods.length) return { state: 'passed' };
  const problem = problemText(pods, reports);
  const patient = !pods.every((pod) => isReady(pod, new Date(now.getTime() - patienceSeconds * 1000)));
  if (problem === undefined) return { state: patient ? 'running' : 'passed' };
  const evidence = `${adopted.length} of ${pods.length} sidecars have taken up the revision; ${problem}`;
  if (patient || !input.healthyBefore) return { state: 'running', evidence };
  return { state: 'failed', reason: 'SidecarNotWorking', evidence };
}

/** What the first sidecar says that does not work; undefined where none says so. */
export function problemText(pods: readonly Pod[], reports: Reports): string | undefined {
  for (const { metadata } of pods) {
    const problems = reports.get(metadata.name)?.problems ?? [];
    if (problems.length > 0) return `${metricsContainer} of pod ${metadata.name}: ${problems.join('; ')}`;
  }
  return undefined;
}

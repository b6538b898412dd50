import { microserviceLabel } from '../api/names.ts';
import { reasons } from '../api/reasons.ts';
import { templateProblems } from '../inject/fits.ts';
import { inject } from '../inject/inject.ts';
import { withMarks } from '../inject/marks.ts';
import type { Plan } from '../plan/plan.ts';
import { resolve } from '../plan/resolve.ts';
import { revisionOf } from '../plan/revision.ts';
import type { Settings } from '../plan/settings.ts';
import { problemAt } from './documents.ts';
import { type FoundMicroservice, type Manifests, worldOf } from './manifests.ts';
import type { FoundTemplate } from './podTemplates.ts';
import { templateFaults } from './templateFaults.ts';

/** What became of an input. */
export interface InjectReport {
  /** What stops the whole: file, object and field of each. Then nothing was changed. */
  readonly faults: readonly string[];
  /** What was done to each workload, or why nothing was. */
  readonly notes: readonly string[];
}

interface Job {
  readonly microservice: FoundMicroservice;
  readonly found: FoundTemplate;
  readonly plan: Plan;
}

/** Injects the workloads of an input, in place. Everything is checked before anything is changed. */
export function injectManifests(manifests: Manifests, settings: Settings): InjectReport {
  const faults: string[] = [];
  const notes: string[] = [];
  const jobs: Job[] = [];
  for (const microservice of manifests.microservices) {
    const planned = planFor(manifests, microservice, settings);
    faults.push(...planned.faults);
    notes.push(...planned.notes);
    jobs.push(...planned.jobs);
  }
  faults.push(...takenTwice(jobs));
  if (faults.length > 0) return { faults, notes: [] };
  return { faults, notes: [...notes, ...jobs.map(injectOne)] };
}

function planFor(manifests: Manifests, found: FoundMicroservice, settings: Settings) {
  const { source } = found;
  const resolved = resolve(worldOf(manifests, found, settings));
  const none = { faults: [] as string[], notes: [] as string[], jobs: [] as Job[] };
  if ('problems' in resolved) {
    return { ...none, faults: resolved.problems.map(({ field, message }) => problemAt(source, field, message)) };
  }
  const { plan, unbuilt } = resolved.resolution;
  const targets = targetsOf(manifests, found);
  const [kind, name] = workloadOf(found);
  if (targets.length === 0 && kind !== 'None') {
    const message = `${kind} ${name} in namespace ${found.namespace} is not in the input`;
    return { ...none, faults: [problemAt(source, 'spec.workload', message)] };
  }
  const misshapen = targets.flatMap((target) =>
    templateFaults(target).map(({ field, message }) => problemAt(target.object, field, message)),
  );
  if (misshapen.length > 0) return { ...none, faults: misshapen };
  const unfit = targets.flatMap(({ template }) => templateProblems(template, plan));
  return {
    faults: unfit.map(({ field, message }) => problemAt(source, field, message)),
    notes: unbuilt.map((field) => problemAt(source, field, 'this version does not have it yet; it changes nothing')),
    jobs: targets.map((target) => ({ microservice: found, found: target, plan })),
  };
}

/** A workload has one Microservice. Which of two is older, and so has it in a cluster, no file says. */
function takenTwice(jobs: readonly Job[]): string[] {
  return jobs.flatMap(({ microservice: { source }, found }, i) => {
    const first = jobs.slice(0, i).find((job) => job.found === found)?.microservice.source;
    if (first === undefined) return [];
    const { kind, name } = found.object;
    const message = `${kind} ${name} belongs to Microservice ${first.name} already: delete one of the two, or change its workload`;
    return [problemAt(source, 'spec.workload', message)];
  });
}

/** The workload that a Microservice names, and whatever carries its label by hand. */
function targetsOf(manifests: Manifests, found: FoundMicroservice): FoundTemplate[] {
  const [kind, name] = workloadOf(found);
  return manifests.templates.filter(({ object, template }) => {
    if ((object.namespace ?? manifests.namespace) !== found.namespace) return false;
    const labelled = template.metadata?.labels?.[microserviceLabel] === found.object.metadata.name;
    return labelled || (object.kind === kind && object.name === name);
  });
}

function workloadOf({ object }: FoundMicroservice): [string, string] {
  const { kind = 'Deployment', name = object.metadata.name } = object.spec.workload ?? {};
  return [kind, name];
}

function injectOne({ found, plan }: Job): string {
  const { object, path, template } = found;
  const { file } = object.document.place;
  const subject = `${file}:${object.document.lineOf(object.path)}: ${object.kind}/${object.name}`;
  const result = inject(withMarks(template, plan.microservice, revisionOf(plan)), plan);
  if ('skip' in result) return `${subject}: not injected (${result.skip}): ${reasons[result.skip].text}`;
  object.document.replaceValue(path, result.template);
  const { sidecars, tap } = result.record;
  const untapped = tap === 'Tapped' ? '' : `; inbound traffic not counted (${tap}): ${reasons[tap].text}`;
  return `${subject}: injected ${sidecars.join(' and ')}${untapped}`;
}

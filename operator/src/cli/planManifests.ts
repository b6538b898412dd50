import { microserviceLabel } from '../api/names.ts';
import { templateProblems } from '../inject/fits.ts';
import { type Resolution, resolve } from '../plan/resolve.ts';
import type { Settings } from '../plan/settings.ts';
import { problemAt } from './documents.ts';
import { type FoundMicroservice, type Manifests, worldOf } from './manifests.ts';
import type { FoundTemplate } from './podTemplates.ts';
import { templateFaults } from './templateFaults.ts';

/** A Microservice of an input with what it comes to, or with what is wrong with it. */
export type PlannedMicroservice = {
  readonly microservice: FoundMicroservice;
  /** The workload that it names, and whatever carries its label by hand. */
  readonly targets: readonly FoundTemplate[];
} & (
  | { readonly resolution: Resolution }
  /** One line each, with file, object and field. */
  | { readonly faults: readonly string[] }
);

/** Plans the Microservices of an input, and finds their workloads in it. Nothing is changed. */
export function planManifests(manifests: Manifests, settings: Settings): PlannedMicroservice[] {
  const taken = new Map<FoundTemplate, FoundMicroservice>();
  return manifests.microservices.map((microservice) => {
    const planned = planOne(manifests, microservice, settings);
    if ('faults' in planned) return planned;
    const faults = planned.targets.flatMap((target) => takenTwice(target, microservice, taken.get(target)));
    for (const target of planned.targets) taken.set(target, taken.get(target) ?? microservice);
    return faults.length > 0 ? { microservice, targets: planned.targets, faults } : planned;
  });
}

function planOne(manifests: Manifests, microservice: FoundMicroservice, settings: Settings): PlannedMicroservice {
  const { source } = microservice;
  const targets = targetsOf(manifests, microservice);
  const refuse = (faults: readonly string[]): PlannedMicroservice => ({ microservice, targets, faults });
  const resolved = resolve(worldOf(manifests, microservice, settings));
  if ('problems' in resolved) {
    return refuse(resolved.problems.map(({ field, message }) => problemAt(source, field, message)));
  }
  const { resolution } = resolved;
  const [kind, name] = workloadOf(microservice);
  if (targets.length === 0 && kind !== 'None') {
    const message = `${kind} ${name} in namespace ${microservice.namespace} is not in the input`;
    return refuse([problemAt(source, 'spec.workload', message)]);
  }
  const misshapen = targets.flatMap((target) =>
    templateFaults(target).map(({ field, message }) => problemAt(target.object, field, message)),
  );
  if (misshapen.length > 0) return refuse(misshapen);
  const unfit = targets.flatMap(({ template }) => templateProblems(template, resolution.plan));
  if (unfit.length > 0) return refuse(unfit.map(({ field, message }) => problemAt(source, field, message)));
  return { microservice, targets, resolution };
}

/** A workload has one Microservice. Which of two is older, and so has it in a cluster, no file says. */
function takenTwice(
  { object: { kind, name } }: FoundTemplate,
  { source }: FoundMicroservice,
  first: FoundMicroservice | undefined,
): string[] {
  if (first === undefined) return [];
  const message = `${kind} ${name} belongs to Microservice ${first.source.name} already: delete one of the two, or change its workload`;
  return [problemAt(source, 'spec.workload', message)];
}

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

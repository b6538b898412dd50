import type { ControllerRevision } from '../../kube/builtin.ts';
import { Store } from '../../kube/store.ts';
import type { Plan } from '../../plan/plan.ts';
import { revisionOf } from '../../plan/revision.ts';
import { planIndex } from '../planFinder.ts';

/** A Plan as the controller stores it. @param number the greatest is the newest */
export function stored(plan: Plan, number: number): ControllerRevision {
  const { microservice, namespace } = plan;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `standpipe.${microservice}.${revisionOf(plan)}`,
      namespace,
      uid: `uid-${number}`,
      resourceVersion: String(number),
      labels: { 'standpipe.dev/owner': microservice },
    },
    data: plan as never,
    revision: number,
  };
}

/** A store of Plans as the webhook has it. */
export function planStore(...plans: readonly ControllerRevision[]): Store<ControllerRevision> {
  const store = new Store<ControllerRevision>({ indexers: planIndex });
  store.replace(plans);
  return store;
}

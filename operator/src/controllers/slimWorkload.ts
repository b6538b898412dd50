import { fieldManager } from '../api/names.ts';
import type { PodTemplate } from '../inject/template.ts';
import { strip } from '../kube/strip.ts';
import { slimTemplate } from './slimPod.ts';
import type { Workload } from './types.ts';

/** The specs of all kinds together, as far as they are read: see workloads.ts, health.ts and trial.ts. */
interface ReadSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
  readonly updateStrategy?: object;
  readonly template?: PodTemplate;
  readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
}

interface ReadStatus {
  readonly conditions?: readonly { readonly type: string }[];
}

const stripped = strip({ keepManager: fieldManager });

/**
 * A workload with what the controllers read of it and nothing else, as `slimPod` does with pods. It is never written back:
 * marks are applied by themselves. Whoever comes to read another field of cached workloads keeps it here.
 */
export function slimWorkload(workload: Workload): Workload {
  const { apiVersion, kind, metadata } = stripped(workload);
  const { labels: _labels, annotations: _annotations, ownerReferences: _owners, ...kept } = metadata;
  const status = workload.status as ReadStatus | undefined;
  return {
    apiVersion,
    kind,
    metadata: kept,
    spec: slimSpec(workload.spec as unknown as ReadSpec),
    ...(status === undefined ? {} : { status: slimStatus(status) }),
  } as unknown as Workload;
}

function slimSpec(spec: ReadSpec): ReadSpec {
  const { replicas, paused, progressDeadlineSeconds, updateStrategy, template, jobTemplate } = spec;
  return {
    ...(replicas === undefined ? {} : { replicas }),
    ...(paused === undefined ? {} : { paused }),
    ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    ...(updateStrategy === undefined ? {} : { updateStrategy }),
    ...(template === undefined ? {} : { template: slimTemplate(template) }),
    ...(jobTemplate === undefined
      ? {}
      : { jobTemplate: { spec: { template: slimTemplate(jobTemplate.spec.template) } } }),
  };
}

/** The numbers stay; of the conditions, the one that says that pods are refused. */
function slimStatus({ conditions, ...numbers }: ReadStatus): ReadStatus {
  const failures = conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [];
  return { ...numbers, ...(failures.length === 0 ? {} : { conditions: failures }) };
}

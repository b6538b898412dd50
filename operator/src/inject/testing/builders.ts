import { microserviceLabel } from '../../api/names.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Injection, inject } from '../inject.ts';
import type { Container, PodTemplate } from '../template.ts';

/** The container `app`, with whatever a test is about. */
export function container(fields: Partial<Container> = {}): Container {
  return { name: 'app', image: 'example.org/app:1', ...fields };
}

/** A pod of the Microservice `orders` with one container, with whatever a test is about. */
export function pod(
  spec: Partial<PodTemplate['spec']> = {},
  metadata: NonNullable<PodTemplate['metadata']> = {},
): PodTemplate {
  return {
    metadata: { ...metadata, labels: { [microserviceLabel]: 'orders', ...metadata.labels } },
    spec: { containers: [container()], ...spec },
  };
}

/** Injects a pod. @throws Error with the reason where it is skipped */
export function injected(template: PodTemplate, plan: Plan): Exclude<Injection, { readonly skip: unknown }> {
  const result = inject(template, plan);
  if ('skip' in result) throw new Error(`skipped: ${result.skip}`);
  return result;
}

/** The container of that name, the init containers' first. @throws Error where there is none */
export function containerOf({ spec }: PodTemplate, name: string): Container {
  const found = [...(spec.initContainers ?? []), ...spec.containers].find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}

import type { Plan, PlanPort } from '../plan/plan.ts';
import type { Problem } from '../plan/problem.ts';
import { isForeign } from './foreign.ts';
import { allContainers, type Container, type PodTemplate } from './template.ts';

/** What a Microservice says about its pods that is not so in this template. */
export function templateProblems(template: PodTemplate, plan: Plan): Problem[] {
  const names = allContainers(template).map(({ name }) => name);
  const unknown = plan.containers.filter((name) => !names.includes(name));
  const problems = unknown.map((name) => notFound('spec.workload.containers', name, names));
  plan.ports.forEach((port, i) => {
    if (port.container !== undefined && !names.includes(port.container)) {
      problems.push(notFound(`spec.ports[${i}].container`, port.container, names));
    } else if (!hasPort(template, port)) {
      const message = `no container of the pod has port ${port.port}: correct the number, or list it as a containerPort`;
      problems.push({ field: `spec.ports[${i}].port`, reason: 'PortNotInPod', message });
    }
  });
  return problems;
}

function notFound(field: string, name: string, names: readonly string[]): Problem {
  return { field, reason: 'ContainerNotFound', message: `the pod has no container ${name}, only ${names.join(', ')}` };
}

/** containerPorts need not be listed, so a port is missing only where others are listed and nothing speaks for it. */
function hasPort({ spec }: PodTemplate, port: PlanPort): boolean {
  const own = spec.containers.filter(({ name }) => !isForeign(name));
  const candidates = port.container === undefined ? own : own.filter(({ name }) => name === port.container);
  return candidates.some((container) => listens(container, port));
}

function listens({ ports, env }: Container, port: PlanPort): boolean {
  if (ports === undefined || ports.length === 0) return true;
  const told = (env ?? []).some(({ name, value }) => name === (port.env ?? 'PORT') && value === String(port.port));
  return told || ports.some(({ containerPort }) => containerPort === port.port);
}

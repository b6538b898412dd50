import { expect, test } from 'vitest';
import type { Plan } from '../plan/plan.ts';
import { problemText } from '../plan/problem.ts';
import { plan } from '../plan/testing/builders.ts';
import { templateProblems } from './fits.ts';
import type { PodTemplate } from './template.ts';
import { container, pod } from './testing/builders.ts';

const http = { name: 'http', port: 8080, protocol: 'http' } as const;
const listing = (...ports: number[]) => container({ ports: ports.map((containerPort) => ({ containerPort })) });
const told = (name: string) => container({ ...listing(9090), env: [{ name, value: '8080' }] });

const notInPod =
  'spec.ports[0].port: no container of the pod has port 8080: correct the number, or list it as a containerPort';

test.each<readonly [string, PodTemplate, Partial<Plan>, readonly string[]]>([
  ['nothing is declared', pod(), {}, []],
  ['no container lists ports', pod(), { ports: [http] }, []],
  ['the port is listed', pod({ containers: [listing(8080)] }), { ports: [http] }, []],
  ['other ports are listed', pod({ containers: [listing(9090)] }), { ports: [http] }, [notInPod]],
  ['PORT speaks for it', pod({ containers: [told('PORT')] }), { ports: [http] }, []],
  ['the named variable speaks for it', pod({ containers: [told('P')] }), { ports: [{ ...http, env: 'P' }] }, []],
  ['another variable holds it', pod({ containers: [told('X')] }), { ports: [http] }, [notInPod]],
  [
    'only a mesh proxy lists it',
    pod({ containers: [listing(1), { ...listing(8080), name: 'istio-proxy' }] }),
    { ports: [http] },
    [notInPod],
  ],
  [
    'another container than the named one lists it',
    pod({ containers: [listing(1), { ...listing(8080), name: 'b' }] }),
    { ports: [{ ...http, container: 'app' }] },
    [notInPod],
  ],
  [
    'containers do not exist',
    pod({ initContainers: [container({ name: 'init' })] }),
    { containers: ['app', 'web'], ports: [http, { ...http, name: 'x', container: 'api' }] },
    [
      'spec.workload.containers: the pod has no container web, only init, app',
      'spec.ports[1].container: the pod has no container api, only init, app',
    ],
  ],
])('where %s, the problems are told', (_, template, fields, problems) => {
  expect(templateProblems(template, plan(fields)).map(problemText)).toEqual(problems);
});

test('a problem has its reason', () => {
  const fields = { containers: ['web'], ports: [http] };
  const problems = templateProblems(pod({ containers: [listing(9090)] }), plan(fields));
  expect(problems.map(({ reason }) => reason)).toEqual(['ContainerNotFound', 'PortNotInPod']);
});

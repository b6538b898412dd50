import { expect, test } from 'vitest';
import { type Reason, reasons, type SkipReason } from '../api/reasons.ts';
import type { Plan } from '../plan/plan.ts';
import { plan, resources } from '../plan/testing/builders.ts';
import { inject } from './inject.ts';
import type { PodTemplate } from './template.ts';
import { container, pod } from './testing/builders.ts';

const stdout: Plan['logs'] = { source: 'stdout', directories: [], drainSeconds: 10, stateBytes: 1, resources };
const files: Plan['logs'] = { ...stdout, source: 'files', directories: ['/var/log/app'] };
const bindings = [{ name: 'db', secretName: 's', entries: [], files: true, env: [] }];
const mounted = (mountPath: string, rest: object = {}) =>
  pod({ containers: [container({ volumeMounts: [{ name: 'data', mountPath, ...rest }] })] });
const fargate = { 'eks.amazonaws.com/fargate-profile': 'fp' };
const virtual = { key: 'virtual-kubelet.io/provider', operator: 'Exists' };

const skipped: readonly (readonly [string, PodTemplate, Partial<Plan>, SkipReason])[] = [
  ['without the label', { spec: { containers: [container()] } }, {}, 'NotMarked'],
  [
    'with the label of another Microservice',
    pod({}, { labels: { 'standpipe.dev/microservice': 'billing' } }),
    {},
    'NotMarked',
  ],
  ['that opts out', pod({}, { annotations: { 'standpipe.dev/inject': 'false' } }), {}, 'OptedOut'],
  ['that mirrors a static pod', pod({}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }), {}, 'MirrorPod'],
  ["on its node's network", pod({ hostNetwork: true }), {}, 'HostNetwork'],
  ['for Windows by its spec', pod({ os: { name: 'windows' } }), {}, 'Windows'],
  ['for Windows by its node selector', pod({ nodeSelector: { 'kubernetes.io/os': 'windows' } }), {}, 'Windows'],
  [
    'for a virtual kubelet by its node selector',
    pod({ nodeSelector: { type: 'virtual-kubelet' } }),
    { logs: stdout },
    'VirtualNode',
  ],
  ['for a virtual kubelet by a toleration', pod({ tolerations: [virtual] }), { logs: stdout }, 'VirtualNode'],
  ['for Fargate', pod({}, { labels: fargate }), { logs: stdout }, 'VirtualNode'],
  ['with a container of our name', pod({ containers: [container({ name: 'standpipe-logs' })] }), {}, 'NameTaken'],
  [
    'with an init container of our name',
    pod({ initContainers: [container({ name: 'standpipe-metrics' })] }),
    {},
    'NameTaken',
  ],
  [
    'that lists a port of ours',
    pod({ containers: [container({ ports: [{ containerPort: 9471 }] })] }),
    {},
    'PortTaken',
  ],
  ['with a volume of our name', pod({ volumes: [{ name: 'standpipe-x', emptyDir: {} }] }), {}, 'NameTaken'],
  ['that mounts where a binding appears', mounted('/bindings/db'), { bindings }, 'NameTaken'],
  ['that mounts there with a slash at the end', mounted('/bindings/db/'), { bindings }, 'NameTaken'],
  [
    'whose log directory is its own part of a volume',
    mounted('/var/log/app', { subPathExpr: '$(POD)' }),
    { logs: files },
    'NameTaken',
  ],
  ['without a container that the Plan names', pod(), { containers: ['web'] }, 'WrongPod'],
  [
    "without a port's container",
    pod(),
    { ports: [{ name: 'http', port: 1, protocol: 'http', container: 'web' }] },
    'WrongPod',
  ],
];

test.each(skipped)('a pod %s is left as it is, with the reason', (_, template, fields, reason) => {
  expect(inject(template, plan(fields))).toEqual({ skip: reason });
});

test('there is a case for every reason of injection', () => {
  const all = (Object.keys(reasons) as Reason[]).filter((reason) => reasons[reason].kind === 'skip');
  // The webhook gives this one, which has no Plan to inject by.
  expect(new Set([...skipped.map(([, , , reason]) => reason), 'PlanMissing'])).toEqual(new Set(all));
});

test.each<readonly [string, PodTemplate, Partial<Plan>]>([
  ['with another value of the opt-out', pod({}, { annotations: { 'standpipe.dev/inject': 'no' } }), {}],
  ['for Linux', pod({ os: { name: 'linux' } }), {}],
  ['for Fargate that logs to files', pod({}, { labels: fargate }), { logs: files }],
  ['that mounts elsewhere', mounted('/bindings/dbs'), { bindings }],
  [
    'that mounts where a binding to variables only would appear',
    mounted('/bindings/db'),
    { bindings: bindings.map((b) => ({ ...b, files: false })) },
  ],
  [
    'whose init container is the one that the Plan names',
    pod({ initContainers: [container({ name: 'web' })] }),
    { containers: ['web'] },
  ],
])('a pod %s is injected', (_, template, fields) => {
  expect(inject(template, plan(fields))).toHaveProperty('record');
});

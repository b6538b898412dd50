import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { noTrials, OperatorProcesses } from '../support/operator.ts';
import { definitionOf } from '../support/prometheusOperator.ts';
import { read, readAll, untilCondition } from './cluster.ts';
import { permissions, proven, without } from './permissions.ts';
import { platform } from './platform.ts';
import { type Kind, microservice, workload } from './workloads.ts';

/**
 * Every verb that the operator is given is taken away once, alone or with those that show the same way. Somebody must be
 * told which it is, nothing may end, and within a minute after it is given back all is well.
 */

const operator = new OperatorProcesses();
const healMs = 60_000;
const settings = `${noTrials}image: example.org/sidecar:1\n`;
let namespace = '';
let crd = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  await kubectl(['apply', '-f', '-'], platform);
  crd = await definitionOf('podmonitors');
  await kubectl(['create', '-f', crd]);
  namespace = await newNamespace('rbac', { team: 'shop' });
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
  await kubectl(['delete', '-f', crd, '--ignore-not-found']);
});

/** The log of a component since a moment. */
function logSince(component: 'controller' | 'webhook'): () => string {
  const before = operator.logs(component).length;
  return () => operator.logs(component).slice(before);
}

async function expectAlive(port: number): Promise<void> {
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true);
}

/** Waits until the workload of a Microservice is marked and nothing is forbidden. */
function untilWell(name: string): Promise<void> {
  return eventually(async () => {
    const { status } = await read<Microservice>(namespace, 'microservice', name);
    expect(status?.conditions?.map(({ reason }) => reason)).not.toContain('Forbidden');
    expect(status?.conditions?.map(({ reason }) => reason)).toContain('BindingsReady');
    expect(status?.workload).toBeDefined();
  }, healMs);
}

async function untilForbidden(name: string, what: string): Promise<void> {
  await eventually(async () => {
    const { status } = await read<Microservice>(namespace, 'microservice', name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ reason: 'Forbidden' });
    expect(ready?.message).toContain(`the controller may not ${what}: `);
  });
  await expectAlive(18_081);
}

const bindings = [{ name: 'e', brokerName: 'main' }];
const teams = 'standpipe-controller-namespaces';

describe('a Microservice says what is missing', () => {
  const needed: readonly (readonly [verb: string, resource: string, group: string])[] = [
    ['get', 'microservices', '.standpipe.dev'],
    ['create', 'controllerrevisions', '.apps'],
    ['patch', 'controllerrevisions', '.apps'],
    ['get', 'configmaps', ''],
    ['create', 'configmaps', ''],
    ['patch', 'configmaps', ''],
    ['get', 'secrets', ''],
    ['create', 'secrets', ''],
    ['patch', 'secrets', ''],
  ];
  test.each(needed)('without %s of %s', async (verb, resource, group) => {
    const name = `${verb}-${resource}`;
    await without([`${teams} ${verb} ${resource}`], async () => {
      await apply(namespace, workload('Deployment', name), microservice(name, { bindings }));
      await untilForbidden(name, `${verb} ${resource}${group}`);
    });
    await untilWell(name);
  });

  const kinds: readonly (readonly [kind: Kind, resource: string, group: string])[] = [
    ['Deployment', 'deployments', '.apps'],
    ['StatefulSet', 'statefulsets', '.apps'],
    ['DaemonSet', 'daemonsets', '.apps'],
    ['CronJob', 'cronjobs', '.batch'],
  ];
  test.each(kinds)('without patch and get of a %s', async (kind, resource, group) => {
    const name = `kind-${resource}`;
    await without([`${teams} patch ${resource}`], async () => {
      await apply(namespace, workload(kind, name), microservice(name, { workload: { kind }, bindings }));
      await untilForbidden(name, `patch ${resource}${group}`);
    });
    await untilWell(name);
    await without([`${teams} get ${resource}`], async () => {
      const path = kind === 'CronJob' ? '/spec/jobTemplate/spec/template' : '/spec/template';
      const op = { op: 'remove', path: `${path}/metadata/labels/standpipe.dev~1microservice` };
      await kubectl(['-n', namespace, 'patch', kind, name, '--type=json', '-p', JSON.stringify([op])]);
      await untilForbidden(name, `get ${resource}${group}`);
    });
    await untilWell(name);
  });

  test('without the verbs of PodMonitors, where one is asked for', async () => {
    const exposed = (name: string, expose: string) => microservice(name, { metrics: { expose }, bindings });
    for (const verb of ['get', 'create', 'patch']) {
      const name = `${verb}-podmonitors`;
      await without([`${teams} ${verb} podmonitors`], async () => {
        await apply(namespace, workload('Deployment', name), exposed(name, 'podMonitor'));
        await untilForbidden(name, `${verb} podmonitors.monitoring.coreos.com`);
      });
      await untilWell(name);
    }
    await without([`${teams} delete podmonitors`], async () => {
      await apply(namespace, exposed('get-podmonitors', 'none'));
      await untilForbidden('get-podmonitors', 'delete podmonitors.monitoring.coreos.com');
    });
    await untilWell('get-podmonitors');
  });

  test('without delete of Secrets and of stored Plans', async () => {
    const spec = (port: number) => ({ workload: { kind: 'None' }, ports: [{ name: 'http', port }] });
    await apply(namespace, microservice('deletes', { ...spec(8000), bindings }));
    await untilCondition(namespace, 'deletes', 'BindingsReady', 'BindingsReady');
    await without([`${teams} delete secrets`], async () => {
      await apply(namespace, microservice('deletes', spec(8000)));
      await untilForbidden('deletes', 'delete secrets');
    });
    await untilCondition(namespace, 'deletes', 'BindingsReady', 'NoBindings');
    await without([`${teams} delete controllerrevisions`], async () => {
      for (let port = 8001; port < 8012; port++) {
        await apply(namespace, microservice('deletes', spec(port)));
        const changed = [
          '-n',
          namespace,
          'get',
          'microservice',
          'deletes',
          '-o',
          'jsonpath={.metadata.generation} {.status.observedGeneration} {.status.conditions[?(@.type=="Ready")].reason}',
        ];
        await eventually(async () => {
          const [now, seen, reason] = (await kubectl(changed)).split(' ');
          expect(now === seen || reason === 'Forbidden').toBe(true);
        });
      }
      await untilForbidden('deletes', 'delete controllerrevisions.apps');
    });
    await untilCondition(namespace, 'deletes', 'BindingsReady', 'NoBindings');
  });

  test('without the list of nodes and the trial pod, which are asked for before the first mark', async () => {
    const [nodes, trial] = ['standpipe-controller list nodes', 'standpipe-canary create pods'];
    await without([nodes], async () => {
      await operator.end('controller', 'SIGTERM');
      await operator.run('controller');
      await apply(namespace, workload('Deployment', 'first'), microservice('first', { bindings }));
      await untilForbidden('first', 'list nodes');
    });
    await untilWell('first');
    await without([trial], async () => {
      await operator.end('controller', 'SIGTERM');
      await operator.run('controller');
      await apply(namespace, workload('Deployment', 'second'), microservice('second', { bindings }));
      await untilForbidden('second', 'create pods');
    });
    await untilWell('second');
  });
});

test('without the trial pod of the sidecars’ image nothing is marked, and the reason is told', async () => {
  const [role, name] = ['standpipe-canary', 'image'];
  operator.configure('image: example.org/sidecar:1\n');
  await operator.end('controller', 'SIGTERM');
  await operator.run('controller');
  await without([`${role} get pods`, `${teams} get pods`], async () => {
    await apply(namespace, workload('Deployment', name), microservice(name, { bindings }));
    await untilForbidden(name, 'get pods');
  });
  const [pod] = await eventually(async () => {
    const found = await readAll<{ metadata: { name: string } }>(role, 'pod');
    expect(found).toHaveLength(1);
    return found;
  }, healMs);
  await without([`${role} delete pods`], async () => {
    const ended = { name: 'sidecar', image: '', imageID: '', ready: false, restartCount: 0 };
    const status = { containerStatuses: [{ ...ended, state: { terminated: { exitCode: 0 } } }] };
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await kubectl(['-n', role, 'patch', 'pod', pod?.metadata.name ?? '', ...patch]);
    await untilForbidden(name, 'delete pods');
  });
  await untilWell(name);
  expect(await readAll(role, 'pod')).toEqual([]);
  operator.configure(settings);
  await operator.end('controller', 'SIGTERM');
  await operator.run('controller');
});

describe('the log says what is missing', () => {
  test('for statuses and Events', async () => {
    const lost = ['patch microservices/status', 'create events', 'patch events'].map((each) => `${teams} ${each}`);
    for (const permission of lost) {
      const name = permission.split(' ').slice(1).join('-').replace('/', '-');
      const log = logSince('controller');
      const [, verb, resource] = permission.split(' ');
      await without([permission], async () => {
        await apply(namespace, workload('Deployment', name), microservice(name, { bindings }));
        await eventually(async () => expect(log()).toContain(`cannot ${verb} resource \\"${resource}\\"`));
        await expectAlive(18_081);
      });
      await untilWell(name);
    }
  });

  test('for the statuses of Brokers and LogSinks', async () => {
    const log = logSince('controller');
    const lost = ['brokers/status', 'logsinks/status'];
    const kinds = ['broker', 'logsink'];
    await without(
      lost.map((resource) => `standpipe-controller patch ${resource}`),
      async () => {
        const copy = platform.replaceAll('name: main}', 'name: copy}').replaceAll('central', 'copy');
        await kubectl(['apply', '-f', '-'], copy.replace('default: true, ', ''));
        for (const resource of lost) {
          await eventually(async () => expect(log()).toContain(`cannot patch resource \\"${resource}\\"`));
        }
        await expectAlive(18_081);
      },
    );
    for (const kind of kinds) {
      await eventually(async () => {
        expect(await kubectl(['get', kind, 'copy', '-o', 'jsonpath={.status.observedGeneration}'])).toBe('1');
      }, healMs);
      await kubectl(['delete', kind, 'copy']);
    }
  });

  test.each(['get', 'patch'])('for the webhook configuration, without %s', async (verb) => {
    const log = logSince('controller');
    const bundle = [
      'get',
      'mutatingwebhookconfiguration',
      'standpipe',
      '-o',
      'jsonpath={.webhooks[0].clientConfig.caBundle}',
    ];
    await without([`standpipe-controller ${verb} mutatingwebhookconfigurations`], async () => {
      const op = JSON.stringify([{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }]);
      await kubectl(['patch', 'mutatingwebhookconfiguration', 'standpipe', '--type=json', '-p', op]);
      const words = `cannot ${verb} resource \\"mutatingwebhookconfigurations\\"`;
      await eventually(async () => expect(log()).toContain(words));
      await expectAlive(18_081);
    });
    await eventually(async () => expect(await kubectl(bundle)).not.toBe(''), healMs);
  });

  const components = [
    ['controller', 'list', ['standpipe-controller', teams]],
    ['controller', 'watch', ['standpipe-controller', teams]],
    ['webhook', 'list', ['standpipe-webhook']],
    ['webhook', 'watch', ['standpipe-webhook']],
  ] as const;
  test.each(components)('of the %s without any %s, also from the start', async (component, verb, names) => {
    const port = component === 'controller' ? 18_081 : 18_082;
    const lost = permissions.filter((permission) => {
      const [role = '', itsVerb, resource] = permission.split(' ');
      return (names as readonly string[]).includes(role) && itsVerb === verb && resource !== 'nodes';
    });
    await operator.end(component, 'SIGTERM');
    const log = logSince(component);
    await without(lost, async () => {
      operator.launch(component);
      for (const permission of lost) {
        const words = `cannot ${verb} resource \\"${permission.split(' ')[2]}\\"`;
        await eventually(async () => expect(log()).toContain(words));
      }
      await expectAlive(port);
    });
    const name = `${component}-${verb}`;
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).ok).toBe(true), healMs);
    await apply(namespace, workload('Deployment', name), microservice(name, { bindings }));
    await untilWell(name);
  });
});

test('no permission was left out, and none is given that nothing needs', () => {
  // The broken pod of a StatefulSet is ended only where a kubelet runs it. What may be listed in all namespaces may be listed
  // in that of the trial pods: namespaced.api.test.ts has an operator that may not.
  const elsewhere = [`${teams} create pods/eviction`, 'standpipe-canary list pods'];
  const rest = permissions.filter((permission) => !proven.has(permission) && !elsewhere.includes(permission));
  expect(rest).toEqual([]);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { revisionAnnotation } from '../../operator/src/api/names.ts';
import { microservices } from '../../operator/src/controllers/types.ts';
import type { ConfigMap, ControllerRevision, Deployment, Pod, Secret } from '../../operator/src/kube/builtin.ts';
import { testClient } from '../../operator/src/kube/testing/apiServer.ts';
import { read, readAll } from '../api/cluster.ts';
import { platform } from '../api/platform.ts';
import { microservice } from '../api/workloads.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { FaultedOperator } from './faultedOperator.ts';
import { workloads } from './life.ts';
import { foreignCondition, noted, Stranger } from './stranger.ts';

const rounds = 25;
const pauseMs = 100;

const operator = new FaultedOperator();
const client = testClient();
let namespace = '';
let revision = '';

const configMap = (): Promise<ConfigMap> => read<ConfigMap>(namespace, 'configmap', 'standpipe.life');
const secret = (): Promise<Secret> => read<Secret>(namespace, 'secret', 'standpipe.life.events');
const deployment = (): Promise<Deployment> => read<Deployment>(namespace, 'deployment', 'first');
const declaration = (): Promise<Microservice> => read<Microservice>(namespace, 'microservice', 'life');
const plan = (): Promise<ControllerRevision> =>
  read<ControllerRevision>(namespace, 'controllerrevision', `standpipe.life.${revision}`);

/** What the operator says in a status; when, is no part of it. */
function told({ status }: Microservice): unknown {
  const own = (status?.conditions ?? []).filter(({ type }) => type !== foreignCondition);
  const conditions = own.map(({ lastTransitionTime: _, ...condition }) => condition);
  return { ...status, conditions: conditions.toSorted((a, b) => (a.type < b.type ? -1 : 1)) };
}

beforeAll(async () => {
  await operator.install('image: example.org/sidecar:1\n');
  await kubectl(['apply', '-f', '-'], platform);
  namespace = await newNamespace('storm', { team: 'shop' });
  await operator.start({ faults: [] });
  const bindings = [{ name: 'events', brokerName: 'main', as: ['files'] }];
  const spec = { workload: { name: 'first' }, bindings, ports: [{ name: 'http', port: 8080 }], logging: {} };
  await apply(namespace, ...workloads.slice(0, 1), microservice('life', spec));
  await eventually(async () => {
    const { status } = await declaration();
    expect(status?.pods?.injected).toBe(2);
    revision = status?.revision ?? '';
  });
  await operator.proxy.log.untilQuiet();
}, 300_000);
afterAll(async () => {
  await operator.stop();
  await client.close();
  await dropNamespace(namespace);
});

test('somebody who writes to everything all the time gets one answer a write, and keeps what is his', async () => {
  const before = { map: await configMap(), secret: await secret(), status: told(await declaration()) };
  const at = operator.proxy.log.writes().length;
  const stranger = new Stranger(client, {
    namespace,
    revision,
    microservice: 'life',
    workload: 'first',
    binding: 'events',
  });
  for (let n = 1; n <= rounds; n++) {
    await stranger.round(n);
    await sleep(pauseMs);
  }
  await eventually(async () => {
    expect((await configMap()).data).toEqual({ ...before.map.data, theirs: String(rounds) });
    expect((await secret()).data).toEqual(before.secret.data);
    expect(told(await declaration())).toEqual(before.status);
    const template = (await deployment()).spec?.template;
    expect(template?.metadata?.annotations?.[revisionAnnotation]).toBe(revision);
    const pods = await readAll<Pod>(namespace, 'pods');
    expect(pods.map(({ metadata }) => metadata.annotations?.[revisionAnnotation])).toEqual([revision, revision]);
  });
  await operator.proxy.log.untilQuiet();
  for (const object of [await configMap(), await secret(), await plan(), await deployment()]) {
    expect(object.metadata.annotations?.[noted], object.kind).toBe(String(rounds));
  }
  expect((await declaration()).status?.conditions?.map(({ type }) => type)).toContain(foreignCondition);
  expect(operator.exits).toEqual([]);

  const answers = operator.proxy.log.writes().slice(at);
  // The forged revision rolls the pods forth and back, and the status may tell of each that comes or goes; so it is not
  // counted, but no write of it may leave the object as it was.
  const reports = answers.filter(({ resource }) => resource === microservices.plural);
  expect(reports.length).toBeGreaterThanOrEqual(1);
  expect(new Set(reports.map(({ version }) => version)).size).toBe(reports.length);
  const repairs = answers.filter(({ resource }) => resource !== microservices.plural);
  const theirs = [...stranger.writes].filter(([resource]) => resource !== microservices.plural);
  for (const [resource, count] of theirs) {
    expect(repairs.filter((entry) => entry.resource === resource).length, resource).toBeLessThanOrEqual(2 * count);
  }
  expect(repairs.length).toBeLessThanOrEqual(theirs.reduce((sum, [, count]) => sum + count, 0));
});

test.each(['configmap/standpipe.life', 'secret/standpipe.life.events', 'controllerrevision'])(
  'a %s that is deleted by hand comes back',
  async (which) => {
    const name = which === 'controllerrevision' ? `${which}/standpipe.life.${revision}` : which;
    const { uid } = (await read<ConfigMap>(namespace, ...(name.split('/') as [string, string]))).metadata;
    await kubectl(['-n', namespace, 'delete', name]);
    await eventually(async () => {
      const again = await read<ConfigMap>(namespace, ...(name.split('/') as [string, string]));
      expect(again.metadata.uid).not.toBe(uid);
    });
  },
);

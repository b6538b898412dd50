import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { Guide, shell } from '../support/guide.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { readAll, untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

/** An operator in namespaces of other names, installed as docs/guide/install.md says. */

const own = 'acme-plumbing';
const canary = 'acme-canary';
const [rename = ''] = new Guide('install').commands('rename');
const operator = new OperatorProcesses({ namespace: own, canaryNamespace: canary, apply: () => shell(rename) });
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  namespace = await newNamespace('own-names');
  await apply(namespace, workload('Deployment', 'web'), microservice('web'));
});
afterAll(async () => {
  await operator.stop();
  for (const name of [namespace, own, canary]) await dropNamespace(name);
});

test('marks workloads, and their pods get the sidecars', async () => {
  await untilCondition(namespace, 'web', 'BindingsReady', 'NoBindings');
  await eventually(async () => {
    const pods = await readAll<PodTemplate>(namespace, 'pod', '-l', 'standpipe.dev/microservice=web');
    expect(pods.map(({ spec }) => spec.initContainers?.map(({ name }) => name))).toEqual([['standpipe-metrics']]);
  });
});

test('is held by the policies', async () => {
  const user = `--as=system:serviceaccount:${own}:standpipe-controller`;
  const replicas = JSON.stringify({ spec: { replicas: 9 } });
  const { stderr } = await tryKubectl(['-n', namespace, 'patch', 'deployment', 'web', '-p', replicas, user]);
  expect(stderr).toContain('it tried to change spec');
});

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { type Result, run } from '../cluster/command.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { readAll, untilCondition } from './cluster.ts';
import { container, microservice, workload } from './workloads.ts';

/** `standpipe explain pod/NAME` against a real API server. No pod runs here: what sidecars report is tried on a node. */

const standpipe = join(import.meta.dirname, '../../scripts/standpipe');
const operator = new OperatorProcesses();
const folder = mkdtempSync(join(tmpdir(), 'standpipe-explain-'));
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  namespace = await newNamespace('explain');
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
  rmSync(folder, { recursive: true });
});

const explain = (pod: string, env: Readonly<Record<string, string>> = {}): Promise<Result> =>
  run([standpipe, 'explain', `pod/${pod}`, '-n', namespace], { env: { ...process.env, ...env } });

async function podOf(name: string): Promise<Pod> {
  const [pod] = await readAll<Pod>(namespace, 'pod', '-l', `app=${name}`);
  if (pod === undefined) throw new Error(`${name} has no pod`);
  return pod;
}

const bare = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [container], ...spec },
});
/** A Deployment that replaces its pods all at once: none is ever ready here. */
function recreated(name: string): object {
  const deployment = workload('Deployment', name) as { readonly spec: object };
  return { ...deployment, spec: { ...deployment.spec, strategy: { type: 'Recreate' } } };
}
const labels = (name: string) => ({ labels: { 'standpipe.dev/microservice': name } });

describe('of an injected pod', () => {
  let pod = '';
  beforeAll(async () => {
    await apply(namespace, recreated('orders'), microservice('orders', { ports: [{ name: 'http', port: 8080 }] }));
    pod = await eventually(async () => {
      const { metadata } = await podOf('orders');
      expect(metadata.annotations).toHaveProperty(['standpipe.dev/injected']);
      return metadata.name;
    });
    await untilCondition(namespace, 'orders', 'Injected', 'Injected');
  });

  test('it says what was done, and that nobody can be asked while it does not run', async () => {
    const { stdout, code } = await explain(pod);
    expect(stdout).toMatch(
      new RegExp(
        `^Pod ${namespace}/${pod} of Deployment/orders\n  injected: standpipe-metrics\n  revision \\w+, the current one\n`,
      ),
    );
    expect(stdout).toContain('  traffic is counted of http at 8080\n');
    expect(stdout).toContain(`Microservice ${namespace}/orders\n`);
    expect(stdout).toContain('\nSidecars\n  nobody can be asked: the pod is Pending\n');
    expect(code).toBe(0);
  });

  test('it says so when the pod is of an earlier revision, and what the Microservice lacks', async () => {
    await apply(
      namespace,
      microservice('orders', {
        ports: [{ name: 'http', port: 8080 }],
        rollout: { restart: 'manual' },
        metrics: { expose: 'none' },
      }),
    );
    await untilCondition(namespace, 'orders', 'Injected', 'RollingOut');
    const { stdout, code } = await explain(pod);
    expect(stdout).toMatch(/\n! revision \w+; the current one is \w+, which pods get when they are replaced\n/);
    expect(stdout).toMatch(
      /\n! Ready is False \(RollingOut\)\. 0 of 1 pods carry the current revision, 1 an older one, 0 none\n/,
    );
    expect(code).toBe(3);
  });

  test('it works as a plugin of kubectl', async () => {
    symlinkSync(standpipe, join(folder, 'kubectl-standpipe'));
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    const { stdout } = await run(['kubectl', 'standpipe', 'explain', `pod/${pod}`, '-n', namespace], { env });
    expect(stdout).toContain(`Pod ${namespace}/${pod} of Deployment/orders\n`);
  });

  test('it names what may not be read, and tells the rest', async () => {
    await kubectl(['-n', namespace, 'create', 'serviceaccount', 'guest']);
    await kubectl(['-n', namespace, 'create', 'role', 'guest', '--verb=get', '--resource=pods']);
    await kubectl([
      '-n',
      namespace,
      'create',
      'rolebinding',
      'guest',
      '--role=guest',
      `--serviceaccount=${namespace}:guest`,
    ]);
    const token = (await kubectl(['-n', namespace, 'create', 'token', 'guest'])).trim();
    const config = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8')) as { users: { user: object }[] };
    for (const user of config.users) user.user = { token };
    const KUBECONFIG = join(folder, 'guest.kubeconfig');
    writeFileSync(KUBECONFIG, stringify(config));
    const { stdout, code } = await eventually(async () => {
      const result = await explain(pod, { KUBECONFIG });
      expect(result.stdout).toContain('injected: standpipe-metrics');
      return result;
    });
    expect(stdout).toContain(
      'the Microservice: you may not get microservices.standpipe.dev: it takes a role with that verb\n',
    );
    expect(stdout).toContain('the workload: you may not get deployments: it takes a role with that verb\n');
    expect(code).toBe(1);
    await kubectl(['-n', namespace, 'delete', 'rolebinding', 'guest']);
    await eventually(async () => {
      expect(await explain(pod, { KUBECONFIG })).toMatchObject({
        code: 1,
        stdout: '',
        stderr: `standpipe: you may not get pods in namespace ${namespace}\n`,
      });
    });
  });
});

describe('of a pod without sidecars it says', () => {
  test('that nobody declared anything for it', async () => {
    await apply(namespace, workload('StatefulSet', 'plain'));
    const { metadata } = await eventually(() => podOf('plain'));
    const { stdout, code } = await explain(metadata.name);
    expect(stdout).toBe(
      `Pod ${namespace}/plain-0 of StatefulSet/plain\n! not injected (NotMarked). No Microservice of the namespace is for StatefulSet plain: declare one, or put the label of one on the pods.\n`,
    );
    expect(code).toBe(3);
  });

  test('that its Microservice leaves the workload alone', async () => {
    await apply(
      namespace,
      workload('StatefulSet', 'kept'),
      microservice('kept', { workload: { kind: 'StatefulSet' }, rollout: { restart: 'manual' } }),
    );
    const { metadata } = await eventually(() => podOf('kept'));
    await untilCondition(namespace, 'kept', 'Injected', 'RestartManual');
    const { stdout } = await explain(metadata.name);
    expect(stdout).toContain(
      '! not injected (NotMarked). Its Microservice has not put the label on StatefulSet kept: the condition Injected below says why.\n',
    );
    expect(stdout).toMatch(/\n! Injected is False \(RestartManual\)\. rollout\.restart is manual/);
  });

  test('that its label names no Microservice', async () => {
    await apply(namespace, bare('lost', {}, labels('gone')));
    const { stdout } = await explain('lost');
    expect(stdout).toContain(
      "! not injected (PlanMissing). There is no Microservice gone in the namespace, which the pod's label names.\n",
    );
  });

  test('the reason for which it cannot be injected, or that it was opted out', async () => {
    const metadata = { ...labels('orders'), annotations: { 'standpipe.dev/inject': 'false' } };
    await apply(namespace, bare('out', {}, metadata), bare('host', { hostNetwork: true }, labels('orders')));
    const out = await explain('out');
    expect(out.stdout).toContain('\n  not injected (OptedOut). ');
    const { stdout } = await explain('host');
    expect(stdout).toContain('\n! not injected (HostNetwork). The pod uses the network of its node');
  });

  test('that it was created while the webhook was away', async () => {
    await operator.end('webhook', 'SIGTERM');
    await apply(namespace, bare('away', {}, labels('orders')));
    await operator.run('webhook');
    const { stdout, code } = await explain('away');
    expect(stdout).toMatch(
      /\n! not injected, although it could be: the webhook did not answer, or was not asked, at \S+Z\. Nothing replaces it: create it anew\.\n/,
    );
    expect(code).toBe(3);
  });

  test('that there is no such pod', async () => {
    const { code, stderr } = await explain('nobody');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `standpipe: there is no pod nobody in namespace ${namespace}: name another by -n\n`,
    });
  });
});

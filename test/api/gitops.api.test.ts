import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { messageOf, read, untilCondition } from './cluster.ts';
import { container, microservice, workload } from './workloads.ts';

/** What tools that apply a repository again and again do to the marks, and what Standpipe does when they are lost. */

const operator = new OperatorProcesses();
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  namespace = await newNamespace('gitops');
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

interface Deployment {
  readonly metadata: { readonly generation: number; readonly managedFields: unknown };
  readonly spec: { template: PodTemplate };
}

const deployment = (name: string) => read<Deployment>(namespace, 'deployment', name);
const labels = async (name: string) => (await deployment(name)).spec.template.metadata?.labels;

/** Waits until the workload is marked and the status has it. */
const marked = (name: string) =>
  eventually(async () => {
    expect(await labels(name)).toHaveProperty(['standpipe.dev/microservice'], name);
    const { status } = await read<Microservice>(namespace, 'microservice', name);
    expect(status?.workload).toBeDefined();
    return status;
  });

const serverSide = (manager: string) => ['--server-side', '--force-conflicts', `--field-manager=${manager}`];

/** Each applies the whole repository, as often as it likes. Argo CD applies on the client's side unless told otherwise. */
const tools: readonly (readonly [string, string, readonly string[]])[] = [
  ['kubectl apply and Argo CD', 'client-side', []],
  ['Flux', 'flux', serverSide('kustomize-controller')],
  ['Argo CD with ServerSideApply=true', 'argocd', serverSide('argocd-controller')],
];

describe.each(tools)('%s', (_, name, options) => {
  /** What is in the repository. */
  const repository = (image = container.image) => {
    const spec = { containers: [{ ...container, image }] };
    const items = [workload('Deployment', name, spec), microservice(name, { ports: [{ name: 'http', port: 8080 }] })];
    return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  };
  const sync = (text: string) => kubectl(['-n', namespace, 'apply', ...options, '-f', '-'], text);
  const difference = (text: string) => tryKubectl(['-n', namespace, 'diff', ...options, '-f', '-'], text);

  test('sees no difference, keeps the marks and rolls nothing, however often it applies', async () => {
    await sync(repository());
    await marked(name);
    const before = await deployment(name);
    for (let i = 0; i < 5; i++) {
      expect(await difference(repository())).toEqual({ code: 0, stdout: '', stderr: '' });
      await sync(repository());
    }
    const after = await deployment(name);
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(after.spec).toEqual(before.spec);
  });

  test('changes the workload, and the marks stay', async () => {
    const { revision } = (await marked(name)) ?? {};
    await sync(repository('example.org/app:2'));
    expect(await difference(repository('example.org/app:2'))).toMatchObject({ code: 0 });
    const { template } = (await deployment(name)).spec;
    expect(template.spec.containers[0]?.image).toBe('example.org/app:2');
    expect(template.metadata).toMatchObject({
      labels: { app: name, 'standpipe.dev/microservice': name },
      annotations: { 'standpipe.dev/revision': revision },
    });
  });

  test('takes the Microservice out, and sees no difference then either', async () => {
    await kubectl(['-n', namespace, 'delete', 'microservice', name]);
    await eventually(async () => expect(await labels(name)).toEqual({ app: name }));
    const workloadAlone = JSON.stringify(
      workload('Deployment', name, { containers: [{ ...container, image: 'example.org/app:2' }] }),
    );
    expect(await difference(workloadAlone)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('marks that somebody takes off', () => {
  /** As `kubectl replace` and Argo CD's Replace=true do: the whole object is written as it is in the repository. */
  const replace = async (name: string) => {
    const object = await deployment(name);
    object.spec.template.metadata = { labels: { app: name }, annotations: { sync: String(Date.now()) } };
    await kubectl(['-n', namespace, 'replace', '--field-manager=gitops', '-f', '-'], JSON.stringify(object));
  };

  test('are put back once, and given up the second time, with the name of who took them', async () => {
    await apply(namespace, workload('Deployment', 'contested'), microservice('contested'));
    await marked('contested');
    await replace('contested');
    await marked('contested');
    await replace('contested');
    const refused = await untilCondition(namespace, 'contested', 'Injected', 'TemplateContested');
    expect(messageOf(refused, 'Injected')).toContain('field manager gitops');
    expect(await labels('contested')).toEqual({ app: 'contested' });
    // A change of the Microservice is a new word from its team.
    await apply(namespace, microservice('contested', { metrics: { maxSeries: 500 } }));
    await marked('contested');
  });
});

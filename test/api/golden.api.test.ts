import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { goldenCases, goldenText } from '../../operator/src/cli/golden.ts';
import { isForeign } from '../../operator/src/inject/foreign.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { dropNamespace, newNamespace, tryKubectl } from '../e2e/kubectl.ts';

/** Objects of the golden outputs that have a pod template, as pods. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
  };
  readonly items?: readonly Manifest[];
}

function injectedPods(name: string): [string, PodTemplate][] {
  const documents = parseAllDocuments(goldenText(name, 'output.golden.yaml')).map((doc) => doc.toJS() as Manifest);
  return documents
    .flatMap((document) => document.items ?? [document])
    .map(({ kind, metadata, spec }): [string, PodTemplate | undefined] => [
      `${kind} ${metadata.name}`,
      spec?.jobTemplate?.spec.template ?? spec?.template,
    ])
    .filter(
      (entry): entry is [string, PodTemplate] =>
        entry[1]?.metadata?.annotations?.['standpipe.dev/injected'] !== undefined,
    );
}

/** Only the sidecars are judged: what the app and other injectors do is theirs. */
function onlyOurs({ metadata, spec }: PodTemplate): object {
  const restricted = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    runAsUser: 1000,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const harmless = <T extends { name: string }>(list: readonly T[] | undefined) =>
    (list ?? []).map((one) => (one.name.startsWith('standpipe-') ? one : { ...one, securityContext: restricted }));
  const containers = harmless(spec.containers.filter(({ name }) => !isForeign(name)));
  const { serviceAccountName: _, ...rest } = spec;
  const pod = { ...rest, containers, initContainers: harmless(spec.initContainers) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'trial' }, spec: pod };
}

let restricted = '';
let open = '';
beforeAll(async () => {
  restricted = await newNamespace('golden', { 'pod-security.kubernetes.io/enforce': 'restricted' });
  open = await newNamespace('golden');
});
afterAll(async () => {
  await dropNamespace(restricted);
  await dropNamespace(open);
});

const rows = goldenCases.flatMap((name) => injectedPods(name).map(([object, pod]) => ({ name, object, pod })));

describe('the API server, with Pod Security restricted', () => {
  test.each(rows)('accepts the pod of $object of $name, or refuses its declared hostPath alone', async ({ pod }) => {
    const readsNode = (pod.spec.volumes ?? []).some((volume) => volume.hostPath !== undefined);
    const create = (namespace: string) =>
      tryKubectl(['-n', namespace, 'create', '--dry-run=server', '-f', '-'], JSON.stringify(onlyOurs(pod)));
    const answer = await create(restricted);
    if (!readsNode) return expect(answer.stderr.replace(/^Warning:.*$/gm, '').trim()).toBe('');
    expect(answer.stderr).toMatch(
      /violates PodSecurity "restricted:latest": restricted volume types \(volume "standpipe-pod-logs" [^)]*\)$/m,
    );
    expect((await create(open)).stderr).toBe('');
  });
});

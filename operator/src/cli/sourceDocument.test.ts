import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseSource } from './documents.ts';
import type { SourceDocument } from './sourceDocument.ts';

function only(text: string): SourceDocument {
  const [document] = parseSource('a.yaml', text);
  if (document === undefined) throw new Error('no document');
  return document;
}

/** A value that a test changes as it likes. */
type Loose = { [name: string]: Loose } & Loose[];

/** Changes the value at the root of a text with a function, and returns the new text. */
function changed(text: string, change: (value: Loose) => void): string {
  const document = only(text);
  const value = structuredClone(document.objects[0]?.value) as Loose;
  change(value);
  document.replaceValue([], value);
  return document.toString();
}

const deployment = `# The orders service.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders   # also the Service's name
spec:
  replicas: 0x3
  template:
    metadata:
      labels: {app: orders, tier: "back"}
    spec:
      initContainers:
      # brings the database up to date
      - name: migrate
        image: 'orders:1'
      containers:
      - name: app
        image: 'orders:1'
        env:
        - name: PORT
          value: "8080"   # where it listens
        - {name: MODE, value: fast}
        command: ["sh", "-c",
          "exec node main.js"]
        volumeMounts: []
      # the end of the containers

      volumes:
      - name: scripts
        configMap:
          defaultMode: 0644
          name: scripts
`;

describe('a document', () => {
  test('is the same text as long as nothing is replaced', () => {
    expect(only(deployment).toString()).toBe(deployment);
    expect(changed(deployment, () => undefined)).toBe(deployment);
  });

  test('changes only the lines that injection changes', () => {
    const after = changed(deployment, (value) => {
      const template = value.spec?.template as Loose;
      Object.assign(template.metadata as Loose, { annotations: { 'standpipe.dev/injected': '{"a":"b: c"}' } });
      Object.assign(template.metadata?.labels as Loose, { 'standpipe.dev/microservice': 'orders' });
      const spec = template.spec as unknown as { [name: string]: unknown[] };
      spec.initContainers?.unshift({ name: 'standpipe-logs', restartPolicy: 'Always', args: ['off', '0x1'] });
      const app = spec.containers?.[0] as { env: Record<string, unknown>[]; volumeMounts: unknown[] };
      Object.assign(app.env[0] ?? {}, { value: '18080' });
      app.env.push({ name: 'STANDPIPE', value: '1' });
      app.volumeMounts.push({ name: 'standpipe-files-0', mountPath: '/var/log/orders' });
      spec.volumes?.push({ name: 'standpipe-config', configMap: { name: 'standpipe.orders', optional: true } });
      Object.assign(spec, { terminationGracePeriodSeconds: 40 });
    });
    expect(after).toBe(`# The orders service.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders   # also the Service's name
spec:
  replicas: 0x3
  template:
    metadata:
      labels: {app: orders, tier: back, standpipe.dev/microservice: orders}
      annotations:
        standpipe.dev/injected: '{"a":"b: c"}'
    spec:
      initContainers:
      - name: standpipe-logs
        restartPolicy: Always
        args:
        - "off"
        - "0x1"
      # brings the database up to date
      - name: migrate
        image: 'orders:1'
      containers:
      - name: app
        image: 'orders:1'
        env:
        - name: PORT
          value: "18080"   # where it listens
        - {name: MODE, value: fast}
        - name: STANDPIPE
          value: "1"
        command: ["sh", "-c",
          "exec node main.js"]
        volumeMounts:
        - name: standpipe-files-0
          mountPath: /var/log/orders
      # the end of the containers

      volumes:
      - name: scripts
        configMap:
          defaultMode: 0644
          name: scripts
      - name: standpipe-config
        configMap:
          name: standpipe.orders
          optional: true
      terminationGracePeriodSeconds: 40
`);
  });

  test('is the same again when what was added is removed', () => {
    const document = only(deployment);
    const before = document.objects[0]?.value as unknown as Loose;
    const value = structuredClone(before);
    const spec = value.spec?.template?.spec as unknown as { [name: string]: unknown };
    (spec.initContainers as unknown[]).unshift({ name: 'standpipe-logs' });
    (spec.volumes as unknown[]).push({ name: 'standpipe-config', emptyDir: {} });
    spec.terminationGracePeriodSeconds = 40;
    document.replaceValue([], value);
    expect(document.toString()).not.toBe(deployment);
    document.replaceValue([], before);
    expect(document.toString()).toBe(deployment);
  });

  test('can be replaced in a part', () => {
    const document = only('apiVersion: v1\nkind: Pod\nspec:\n    nodeName: a # here\n');
    document.replaceValue(['spec'], { nodeName: 'b', hostNetwork: false });
    expect(document.toString()).toBe(
      'apiVersion: v1\nkind: Pod\nspec:\n    nodeName: b # here\n    hostNetwork: false\n',
    );
  });

  test('names the way to what is not there', () => {
    expect(() => only('kind: Pod\n').replaceValue(['spec', 'template'], {})).toThrow(
      'a.yaml: there is nothing at spec.template',
    );
  });

  test('keeps a JSON text as JSON', () => {
    const text = '{\n    "apiVersion": "v1",\n    "kind": "Pod",\n    "spec": {}\n}\n';
    const after = changed(text, (value) => Object.assign(value, { spec: { nodeName: 'a' } }));
    expect(after).toBe(
      '{\n    "apiVersion": "v1",\n    "kind": "Pod",\n    "spec": {\n        "nodeName": "a"\n    }\n}\n',
    );
    expect(changed('{"apiVersion":"v1","kind":"Pod"}', (value) => Object.assign(value, { spec: {} }))).toBe(
      '{"apiVersion":"v1","kind":"Pod","spec":{}}',
    );
  });

  test('leaves an alias that would change too, and writes its value out', () => {
    const text = `apiVersion: v1
kind: Pod
metadata:
  labels: &labels
    app: a
  annotations: *labels
`;
    const after = changed(text, (value) => Object.assign(value.metadata?.labels as Loose, { app: 'b' }));
    expect(only(after).objects[0]?.value).toMatchObject({
      metadata: { labels: { app: 'b' }, annotations: { app: 'a' } },
    });
  });

  test.each([
    [
      'a text without a last line break',
      'kind: Pod\napiVersion: v1\nspec:\n  a: 1',
      'kind: Pod\napiVersion: v1\nspec:\n  a: 1\n  b: x',
    ],
    ['an empty value', 'kind: Pod\napiVersion: v1\nspec:\n', 'kind: Pod\napiVersion: v1\nspec:\n  b: x\n'],
    ['an empty flow map', 'kind: Pod\napiVersion: v1\nspec: {}\n', 'kind: Pod\napiVersion: v1\nspec:\n  b: x\n'],
    [
      'an empty flow map with a comment',
      'kind: Pod\napiVersion: v1\nspec: {} # none\n',
      'kind: Pod\napiVersion: v1\nspec: # none\n  b: x\n',
    ],
    [
      'a flow map with padding',
      'kind: Pod\napiVersion: v1\nspec: { a: 1 }\n',
      'kind: Pod\napiVersion: v1\nspec: { a: 1, b: x }\n',
    ],
    [
      'a folded text',
      'kind: Pod\napiVersion: v1\nspec:\n  a: >-\n    x\n    y\n# end\n',
      'kind: Pod\napiVersion: v1\nspec:\n  a: >-\n    x\n    y\n  b: x\n# end\n',
    ],
    [
      'marks around it',
      '---\nkind: Pod\napiVersion: v1\nspec:\n  a: 1\n...\n',
      '---\nkind: Pod\napiVersion: v1\nspec:\n  a: 1\n  b: x\n...\n',
    ],
  ])('takes a member after %s', (_, before, after) => {
    const actual = changed(before, (value) => {
      value.spec = { ...(value.spec ?? {}), b: 'x' } as unknown as Loose;
    });
    expect(actual).toBe(after);
  });

  test('keeps Windows line breaks', () => {
    const after = changed('kind: Pod\r\napiVersion: v1\r\nspec:\r\n  a: 1\r\n', (value) => {
      Object.assign(value.spec as Loose, { b: 'x', c: { d: 1 } });
    });
    expect(after).toBe('kind: Pod\r\napiVersion: v1\r\nspec:\r\n  a: 1\r\n  b: x\r\n  c:\r\n    d: 1\r\n');
  });

  test('means what it should after any change of any text', () => {
    const name = fc.constantFrom('a', 'b', 'name', 'env', 'y', '8080', 'a b', '#x');
    const scalar = fc.oneof(
      fc.constantFrom('off', '0644', '', ' ', 'a: b', '- a', '# c', 'x\ny\n', '\t', "'", '"', null, true, 8080, 0.5),
      fc.string(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.dictionary(name, tie('tree')),
        fc.array(tie('tree'), { maxLength: 4 }),
      ),
    }));
    const style = fc.record({
      indentSeq: fc.boolean(),
      indent: fc.constantFrom(2, 4),
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    });
    fc.assert(
      fc.property(fc.dictionary(name, tree), fc.dictionary(name, tree), style, (before, after, options) => {
        const document = only(stringify(before, { ...options, version: '1.1' }));
        document.replaceValue([], after);
        const [read] = parseSource('b.yaml', document.toString());
        read?.replaceValue([], after);
        expect(read?.toString()).toBe(document.toString());
      }),
      { numRuns: 200 },
    );
  });
});

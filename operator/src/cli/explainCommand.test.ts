import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenFolder } from './golden.ts';

const main = join(import.meta.dirname, '../main.ts');

function explain(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) {
  const options = { input, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'explain', ...args], options);
  return { status, stdout, stderr };
}

const fixture = (name: string) => join(goldenFolder, name, 'input.yaml');

describe('standpipe explain', () => {
  test('ends with 0 where there is nothing to say against the manifests', () => {
    const { status, stdout } = explain(['-f', fixture('the-smallest')]);
    expect({ status, last: stdout.slice(-14) }).toEqual({ status: 0, last: '\n\nno findings\n' });
  });

  test('ends with 3 where something is declared and would not be had', () => {
    const { status, stdout } = explain(['-f', fixture('host-network')]);
    expect(status).toBe(3);
    expect(stdout).toContain('\n1 finding\nwarning: ');
  });

  test('ends with 2 where the controller would refuse the manifests', () => {
    const wrong = 'apiVersion: standpipe.dev/v1alpha1\nkind: Microservice\nmetadata: {name: x}\nspec: {ports: 5}\n';
    expect(explain(['-f', '-'], wrong)).toEqual({
      status: 2,
      stdout: '1 finding\nerror: <stdin>:4: document 1, Microservice/x: spec.ports: must be of type array\n',
      stderr: '',
    });
  });

  test.each([[[]], [['deployment/x']], [['pod/x', 'pod/y']], [['pod/x', '-f', 'a.yaml']]])(
    'ends with 2 for %j',
    (args) => {
      const { status, stderr } = explain(args);
      expect({ status, first: stderr.split('\n')[0] }).toEqual({
        status: 2,
        first: 'standpipe: say what to explain, by -f or as pod/<name>',
      });
    },
  );

  test('says so where there is no kubeconfig', () => {
    const { status, stderr } = explain(['pod/x'], '', { KUBECONFIG: '/nowhere/config' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^standpipe: the kubeconfig cannot be read: .*\/nowhere\/config'\n$/);
  });
});

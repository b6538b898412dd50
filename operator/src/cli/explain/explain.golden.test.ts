import { describe, expect, test } from 'vitest';
import { readCrds } from '../../api/crds.ts';
import { compileChecker } from '../../api/schema.ts';
import { readSettings } from '../../plan/settings.ts';
import { parseSource } from '../documents.ts';
import { explainedCases, explanationOf, goldenOf, goldenText } from '../golden.ts';
import { sortManifests } from '../manifests.ts';
import { explainManifests } from './explainManifests.ts';

test('some cases are explained', () => {
  expect(explainedCases.length).toBeGreaterThan(3);
});

test.each(explainedCases)('standpipe explain of %s says what the golden file says', (name) => {
  expect(explanationOf(name)).toBe(goldenText(name, 'explanation.txt'));
});

const checker = compileChecker(readCrds());

function explain(text: string) {
  const manifests = sortManifests(parseSource('in.yaml', text), checker, 'shop');
  if (Array.isArray(manifests)) throw new Error(manifests.join('\n'));
  return explainManifests(manifests, readSettings(undefined));
}

const deployment = (name: string, labels = '{}') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {metadata: {labels: ${labels}}, spec: {containers: [{name: app, image: x}]}}}\n`;
const microservice = (spec: string) =>
  `apiVersion: standpipe.dev/v1alpha1\nkind: Microservice\nmetadata: {name: orders}\nspec: ${spec}\n---\n`;

describe('what stands at the end', () => {
  test('is nothing where all is had that is declared', () => {
    const { errors, warnings } = explain(microservice('{}') + deployment('orders'));
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });

  test('is an error for a contradiction, and the workload is not called a stranger', () => {
    const spec = '{bindings: [{name: events, brokerName: main}]}';
    const { errors, warnings, lines } = explain(microservice(spec) + deployment('orders'));
    expect(errors).toEqual([
      'in.yaml:4: document 1, Microservice/orders: spec.bindings[0].brokerName: there is no Broker main: name one that the platform team has set up',
    ]);
    expect(warnings).toEqual([]);
    expect(lines).toEqual([
      'Microservice shop/orders (in.yaml:1)',
      '  contradicts itself or the input, so nothing of Deployment/orders would be changed: see the errors below',
      '',
    ]);
  });

  test('is a warning for logs that nobody reads and fields that are not built', () => {
    const spec = '{logging: {multiline: java}}';
    const restricted = 'pod-security.kubernetes.io/enforce: restricted';
    const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${restricted}}}\n---\n`;
    const { warnings } = explain(namespace + microservice(spec) + deployment('orders'));
    expect(warnings).toEqual([
      expect.stringMatching(/^in\.yaml:8: .*spec\.logging\.multiline: this version does not have it yet/),
      expect.stringMatching(/^in\.yaml:8: .*spec\.logging: no logs are read \(HostPathNotPermitted\)\./),
    ]);
  });

  test('is a warning for a label that leads nowhere, and none for a workload that asks for nothing', () => {
    const others = `---\n${deployment('lost', '{standpipe.dev/microservice: gone}')}---\n${deployment('plain')}`;
    const { lines, warnings } = explain(microservice('{}') + deployment('orders') + others);
    expect(warnings).toEqual([
      'in.yaml:11: document 3, Deployment/lost: is not injected (PlanMissing): Microservice gone of its label is not in the input',
    ]);
    expect(lines).toContain(
      'Deployment/plain (in.yaml:16): not injected (NotMarked): no Microservice of the input is for it',
    );
  });

  test('is a warning where the input has no Microservice', () => {
    expect(explain(deployment('plain')).warnings).toEqual(['there is no Microservice in the input']);
  });
});

test('what is injected already is explained without a change', () => {
  const { output } = goldenOf('port-already-set');
  const manifests = sortManifests(parseSource('out.yaml', output), checker, 'default');
  if (Array.isArray(manifests)) throw new Error(manifests.join('\n'));
  const { lines } = explainManifests(manifests, readSettings(undefined));
  expect(lines.join('\n')).toContain('the sidecar takes the port');
  expect(lines.join('\n')).not.toContain('pod template');
});

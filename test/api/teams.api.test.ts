import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';

/** What people of a team may do who have one of the cluster's own roles in their namespace. */

const root = join(import.meta.dirname, '../..');
let namespace = '';

beforeAll(async () => {
  await kubectl(['apply', '-f', join(root, 'crds')]);
  await kubectl(['apply', '-f', join(root, 'deploy/base/teams.yaml')]);
  namespace = await newNamespace('teams');
  for (const role of ['view', 'edit', 'admin']) {
    await kubectl(['-n', namespace, 'create', 'rolebinding', role, `--clusterrole=${role}`, `--user=${role}`]);
  }
  // A controller of the cluster puts the rules together.
  await eventually(async () => expect(await may('edit', 'create', 'microservices')).toBe(true));
});
afterAll(() => dropNamespace(namespace));

async function may(user: string, verb: string, resource: string, ...options: string[]): Promise<boolean> {
  const command = ['-n', namespace, 'auth', 'can-i', verb, `${resource}.standpipe.dev`, `--as=${user}`, ...options];
  return (await tryKubectl(command)).stdout.trim() === 'yes';
}

test.each([
  ['view', 'get', true],
  ['view', 'watch', true],
  ['view', 'create', false],
  ['edit', 'list', true],
  ['edit', 'patch', true],
  ['edit', 'delete', true],
  ['admin', 'create', true],
])('with %s one may %s Microservices: %s', async (user, verb, allowed) => {
  expect(await may(user, verb, 'microservices')).toBe(allowed);
  expect(await may(user, verb, 'microservices', '-n', 'default')).toBe(false);
});

test.each(['view', 'edit', 'admin'])('with %s one writes no status, and sees no Broker or LogSink', async (user) => {
  expect(await may(user, 'patch', 'microservices', '--subresource=status')).toBe(false);
  expect(await may(user, 'get', 'brokers')).toBe(false);
  expect(await may(user, 'list', 'logsinks')).toBe(false);
});

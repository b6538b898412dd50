import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { kubectl } from '../e2e/kubectl.ts';

/** The permissions of the installed roles, as `<role> <verb> <resource>`, and the way to take some away for a while. */

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

const roles = parseAllDocuments(readFileSync(join(import.meta.dirname, '../../deploy/base/rbac.yaml'), 'utf8'))
  .map((document) => document.toJS() as Role)
  .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');

/** Every permission that there is. */
export const permissions: readonly string[] = roles.flatMap(({ metadata, rules }) =>
  rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${metadata.name} ${verb} ${resource}`)),
  ),
);

/** Those that were taken away so far. */
export const proven = new Set<string>();

/** Takes permissions away while something is done, and gives them back. */
export async function without(lost: readonly string[], action: () => Promise<void>): Promise<void> {
  for (const permission of lost) proven.add(permission);
  const changed = roles.filter(({ metadata }) => lost.some((permission) => permission.startsWith(`${metadata.name} `)));
  await replace(changed.map((role) => ({ ...role, rules: role.rules.flatMap((rule) => reduced(role, rule, lost)) })));
  try {
    await action();
  } finally {
    await replace(changed);
  }
}

function reduced({ metadata }: Role, rule: Rule, lost: readonly string[]): Rule[] {
  const parts = rule.resources.map((resource) => ({
    ...rule,
    resources: [resource],
    verbs: rule.verbs.filter((verb) => !lost.includes(`${metadata.name} ${verb} ${resource}`)),
  }));
  return parts.filter(({ verbs }) => verbs.length > 0);
}

async function replace(objects: readonly Role[]): Promise<void> {
  await kubectl(['replace', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  // The API server follows roles by a watch of its own.
  await sleep(500);
}

/** Asks the API server that KUBECONFIG names what it thinks of an object. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { request } from 'undici';
import { Connection } from '../../kube/connection.ts';
import { testConfig } from '../../kube/testing/apiServer.ts';
import { crdFiles } from '../crds.ts';
import type { SchemaProblem } from '../schemaProblem.ts';
import type { CustomResourceDefinition } from '../structural.ts';
import type { Case } from './cases.ts';

/** What the API server answered. */
export interface Verdict {
  readonly accepted: boolean;
  readonly object: unknown;
  readonly problems: readonly SchemaProblem[];
  /** The whole message, for the report of a test that failed. */
  readonly message: string;
}

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}

/** Puts the CustomResourceDefinitions of the checkout into the cluster and waits until they are served. */
export async function installCrds(crds: readonly CustomResourceDefinition[]): Promise<void> {
  const kubectl = async (args: readonly string[]) => promisify(execFile)('kubectl', args);
  await kubectl(['apply', '--server-side', '--force-conflicts', ...crdFiles().flatMap((file) => ['-f', file])]);
  const names = crds.map(({ spec }) => `crd/${spec.names.plural}.${spec.group}`);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
}

/** Asks for a dry run of creating an object, with unknown fields refused, as kubectl does. */
export async function tryCreate(
  connection: Connection,
  crd: CustomResourceDefinition,
  object: Case['object'],
): Promise<Verdict> {
  const { group, names, scope, versions } = crd.spec;
  const version = `/apis/${group}/${versions[0]?.name}`;
  const path = scope === 'Cluster' ? names.plural : `namespaces/default/${names.plural}`;
  const { dispatcher, headers } = await connection.credentials();
  const url = `${connection.server}${version}/${path}?dryRun=All&fieldValidation=Strict`;
  const { statusCode, body } = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  return verdict(statusCode, await body.json());
}

/** A connection with the test cluster's administrator. */
export function testConnection(): Connection {
  return new Connection(testConfig());
}

/** Where the server says that rules were left unchecked because of other problems. */
const remarkField = '<nil>';

function verdict(statusCode: number, answer: unknown): Verdict {
  if (statusCode === 201) return { accepted: true, object: answer, problems: [], message: '' };
  const { message = '', details } = answer as Status;
  const unknown = [...message.matchAll(/unknown field "([^"]+)"/g)].map(([text, field = '']) => ({
    field,
    message: text,
  }));
  const causes = (details?.causes ?? [])
    .map((cause) => ({ field: cause.field ?? '', message: cause.message ?? '' }))
    .filter(({ field }) => field !== remarkField);
  return { accepted: false, object: undefined, problems: [...unknown, ...causes], message };
}

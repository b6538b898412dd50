import { request } from 'undici';
import type { Connection } from '../../operator/src/kube/connection.ts';

/** Renewed all the time, even by the API server itself, written for people, or stored nowhere: they say nothing about rest. */
const uncounted = [
  ...['leases', 'endpoints', 'endpointslices', 'events'],
  ...['tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews'],
];
const mutating = ['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION'];

/** The writes that the API server has answered since it started, whoever asked for them, by verb and resource. */
export async function writesSoFar(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { label, value } of await series(connection, 'apiserver_request_total')) {
    const [verb, resource, subresource] = [label('verb'), label('resource'), label('subresource')];
    if (!mutating.includes(verb) || uncounted.includes(resource) || subresource === 'token') continue;
    if (label('dry_run') !== '') continue;
    const key = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    counts.set(key, (counts.get(key) ?? 0) + value);
  }
  return counts;
}

/** How often the API server admitted a pod without the webhook's answer since it started. */
export async function failedOpen(connection: Connection): Promise<number> {
  const all = await series(connection, 'apiserver_admission_webhook_fail_open_count');
  return all.filter(({ label }) => label('name').includes('standpipe')).reduce((sum, { value }) => sum + value, 0);
}

/** The series of one family of the API server's metrics. */
async function series(connection: Connection, family: string) {
  const { dispatcher, headers } = await connection.credentials();
  const { body } = await request(`${connection.server}/metrics`, { dispatcher, headers });
  const lines = (await body.text()).split('\n').filter((line) => line.startsWith(`${family}{`));
  return lines.map((line) => ({
    label: (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(line)?.[1] ?? '',
    value: Number(line.split(' ').at(-1)),
  }));
}

/** What was written between two counts, such as `PATCH pods: 2`. */
export function writesBetween(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after].flatMap(([key, count]) => {
    const more = count - (before.get(key) ?? 0);
    return more > 0 ? [`${key}: ${more}`] : [];
  });
}

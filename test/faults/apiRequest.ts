/** What a request to the API server asks for, read from its method and URL alone. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'other';

export interface ApiRequest {
  readonly verb: Verb;
  /** The plural, such as `deployments`; empty where the path names none, as in `/version`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** Where a watch goes on from, or the version that a read asks for. */
  readonly resourceVersion: string;
  /** The product at the beginning of the User-Agent. */
  readonly who: string;
  /** Whether it may change what a cluster does: no dry run, no review, no lease and no Event. */
  readonly write: boolean;
}

const mutating: readonly Verb[] = ['create', 'update', 'patch', 'apply', 'delete'];

/**
 * Leases are renewed all the time and Events are for people: a repeated one means nothing, so neither counts as a
 * write. Reviews and tokens are asked for by creating them and stored nowhere.
 */
const uncounted = ['leases', 'events', 'tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews'];

/** Reads a request. @param contentType of its body, which tells an apply from another patch */
export function apiRequest(method: string, url: URL, contentType = '', userAgent = ''): ApiRequest {
  const parts = url.pathname.split('/').filter((part) => part !== '');
  // /api/v1/... and /apis/<group>/<version>/...
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = namespaced ? rest.slice(2) : rest;
  const verb = resource === '' ? 'other' : verbOf(method, url, name, contentType);
  const dryRun = url.searchParams.has('dryRun');
  return {
    verb,
    resource,
    namespace: namespaced ? (rest[1] ?? '') : '',
    name,
    subresource,
    resourceVersion: url.searchParams.get('resourceVersion') ?? '',
    who: userAgent.split(/[/ ]/, 1)[0] ?? '',
    write: mutating.includes(verb) && !dryRun && !uncounted.includes(resource) && subresource !== 'token',
  };
}

function verbOf(method: string, url: URL, name: string, contentType: string): Verb {
  switch (method) {
    case 'GET':
      if (url.searchParams.get('watch') === 'true') return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return 'other';
  }
}

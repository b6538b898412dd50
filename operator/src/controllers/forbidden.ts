import { isApiError } from '../kube/errors.ts';

/** How the API server words a refusal by RBAC; verb, resource and group are its own, not an object's. */
const byRbac = /cannot (\w+) resource "([a-z/]+)" in API group "([a-z0-9.]*)"/;
/** How it words a refusal by an admission policy. */
const byPolicy = /ValidatingAdmissionPolicy '([a-z0-9.-]+)'/;
/** A quota, an admission webhook, Pod Security: who refuses it words it, so only the call itself is named. */
const call = /^(GET|POST|PATCH|DELETE) \/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)/;

/** Whether it is RBAC that refused, and not a quota or an admission policy. */
export function forbiddenByRbac(error: unknown): boolean {
  return isApiError(error, 'KUBE_FORBIDDEN') && byRbac.test(error.message);
}

/**
 * What the controller was not allowed to do, for the condition of a Microservice: verb and resource, and nothing of what
 * the API server says beyond that. Undefined where the error is something else.
 */
export function forbiddenText(error: unknown): string | undefined {
  if (!isApiError(error, 'KUBE_FORBIDDEN')) return undefined;
  const [, verb, resource, group] = byRbac.exec(error.message) ?? [];
  if (verb !== undefined) {
    const kind = group === '' ? resource : `${resource}.${group}`;
    return `the controller may not ${verb} ${kind}: give it the verb, as the manifests of the installation do`;
  }
  const [, policy] = byPolicy.exec(error.message) ?? [];
  const [, method, plural] = call.exec(error.message) ?? [];
  const what = plural === undefined ? 'what the controller asked for' : `${method} of ${plural} by the controller`;
  if (policy !== undefined)
    return `policy ${policy} refuses ${what}: see what it says about it in the controller's log`;
  return `a quota or an admission webhook refuses ${what}: the controller's log has its words`;
}

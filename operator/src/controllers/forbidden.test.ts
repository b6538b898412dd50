import { expect, test } from 'vitest';
import { ApiError } from '../kube/errors.ts';
import { forbiddenText } from './forbidden.ts';

const path = '/api/v1/namespaces/shop/secrets/standpipe.orders.events';

function forbidden(message: string): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `PATCH ${path}?force=true: secrets "standpipe.orders.events" is forbidden: ${message}`,
  );
}

test('a refusal by RBAC names verb and resource', () => {
  const user = 'User "system:serviceaccount:standpipe-system:standpipe-controller"';
  const core = forbidden(`${user} cannot patch resource "secrets" in API group "" in the namespace "shop"`);
  expect(forbiddenText(core)).toContain('the controller may not patch secrets: ');
  const grouped = forbidden(`${user} cannot patch resource "microservices/status" in API group "standpipe.dev" in`);
  expect(forbiddenText(grouped)).toContain('the controller may not patch microservices/status.standpipe.dev: ');
});

test('a refusal by a policy names the policy and the call', () => {
  const refused = forbidden(
    "ValidatingAdmissionPolicy 'standpipe-controller-objects' with binding 'b' denied request: x",
  );
  expect(forbiddenText(refused)).toBe(
    "policy standpipe-controller-objects refuses PATCH of secrets by the controller: see what it says about it in the controller's log",
  );
});

test('a refusal by somebody else says nothing of their words', () => {
  const text = forbiddenText(forbidden('exceeded quota: hidden, requested: secrets=1, used: secrets=5'));
  expect(text).toContain('refuses PATCH of secrets by the controller');
  expect(text).not.toContain('hidden');
  expect(text).not.toContain('shop');
  expect(forbiddenText(new ApiError(403, '', 'POST /api/v1/namespaces/standpipe-canary/pods: no'))).toContain(
    'POST of pods',
  );
  expect(forbiddenText(new ApiError(403, '', 'PATCH /apis/apps/v1/namespaces/a/deployments/b: no'))).toContain(
    'of deployments',
  );
  expect(forbiddenText(new ApiError(403, '', 'GET /apis/apps/v1/deployments: no'))).toContain('of deployments');
});

test('another error is none', () => {
  expect(forbiddenText(new ApiError(404, 'NotFound', 'no'))).toBeUndefined();
  expect(forbiddenText(new Error('Forbidden'))).toBeUndefined();
});

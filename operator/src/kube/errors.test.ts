import { expect, test } from 'vitest';
import { ApiError, apiErrors, codeFor, isApiError } from './errors.ts';

test.each(Object.entries(apiErrors))('%s is what its own status stands for', (code, { status }) => {
  expect(codeFor(status, code === 'KUBE_ALREADY_EXISTS' ? 'AlreadyExists' : '')).toBe(code);
});

test.each([
  [409, 'Conflict', 'KUBE_CONFLICT'],
  [410, 'Expired', 'KUBE_GONE'],
  [410, 'Gone', 'KUBE_GONE'],
  [503, 'ServiceUnavailable', 'KUBE_SERVER_ERROR'],
  [504, 'Timeout', 'KUBE_SERVER_ERROR'],
  [415, 'UnsupportedMediaType', 'KUBE_BAD_REQUEST'],
] as const)('%i %s is %s', (status, reason, code) => {
  expect(codeFor(status, reason)).toBe(code);
});

test('an error says what failed, how, and what to do', () => {
  const status = { code: 403, reason: 'Forbidden', message: 'pods is forbidden', details: { retryAfterSeconds: 3 } };
  const error = ApiError.fromStatus(status, 'Watch of pods');
  expect(error.message).toBe(`Watch of pods: pods is forbidden (403 Forbidden: ${apiErrors.KUBE_FORBIDDEN.advice})`);
  expect(error.retryAfter).toBe(3);
  expect(isApiError(error)).toBe(true);
  expect(isApiError(error, 'KUBE_NOT_FOUND')).toBe(false);
  expect(isApiError(new Error('other'))).toBe(false);
});

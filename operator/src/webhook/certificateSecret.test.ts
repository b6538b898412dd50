import { expect, test } from 'vitest';
import type { Secret } from '../kube/builtin.ts';
import { secretFor, servingFrom, stateFrom } from './certificateSecret.ts';
import type { CertificateState } from './rotation.ts';

const serving = { certificate: 'C1', key: 'K1', authority: 'A1' };
const next = { certificate: 'C2', key: 'K2', authority: 'A2', trustedSince: new Date('2030-03-01T00:00:00Z') };
const previous = { authority: 'A0', until: new Date('2030-02-01T00:00:00Z') };

function stored(state: CertificateState): Secret {
  return { apiVersion: 'v1', kind: 'Secret', ...secretFor('ns', 'certificate', state) } as Secret;
}

test.each<readonly [string, CertificateState]>([
  ['one that is served', { serving, next: undefined, previous: undefined }],
  ['one to come', { serving, next, previous: undefined }],
  ['one that was', { serving, next: undefined, previous }],
])('a state with %s is read as it was written', (_, state) => {
  expect(stateFrom(stored(state))).toEqual(state);
});

test('what is not there, or only in part, is not read', () => {
  const nothing = { serving: undefined, next: undefined, previous: undefined };
  expect(stateFrom(undefined)).toEqual(nothing);
  const { data, ...rest } = stored({ serving });
  const { 'ca.crt': _, ...partly } = data ?? {};
  expect(servingFrom({ ...rest, data: partly })).toBeUndefined();
  expect(stateFrom({ ...rest, data: { ...data, 'tls.key': '' } })).toEqual(nothing);
});

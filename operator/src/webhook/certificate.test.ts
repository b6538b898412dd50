import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { issueIdentity, readCertificate } from './certificate.ts';

const now = new Date('2030-01-01T00:00:00Z');
const dayMs = 86_400_000;
const request = { dnsNames: ['standpipe-webhook.ns.svc', 'localhost'], now, lifetimeMs: 90 * dayMs };

test('a certificate is signed by its authority and belongs to its key', async () => {
  const identity = await issueIdentity(request);
  const certificate = new X509Certificate(identity.certificate);
  const authority = new X509Certificate(identity.authority);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
  expect([authority.ca, certificate.ca]).toEqual([true, false]);
  expect(certificate.checkHost('standpipe-webhook.ns.svc')).toBeDefined();
  expect(certificate.checkHost('other.ns.svc')).toBeUndefined();
});

test('a certificate is valid for its lifetime, and from a little before for clocks that are behind', async () => {
  const { certificate, authority } = await issueIdentity(request);
  const facts = readCertificate(certificate);
  expect(facts?.dnsNames).toEqual(request.dnsNames);
  expect(facts?.notAfter).toEqual(new Date(now.getTime() + 90 * dayMs));
  expect(facts?.notBefore).toEqual(new Date(now.getTime() - 300_000));
  expect(readCertificate(authority)).toMatchObject({ notBefore: facts?.notBefore, notAfter: facts?.notAfter });
});

test('no two authorities have one name', async () => {
  const [a, b] = await Promise.all([issueIdentity(request), issueIdentity(request)]);
  expect(new X509Certificate(a.authority).subject).not.toBe(new X509Certificate(b.authority).subject);
});

test('a first name that is too long for a common name is fine as an alternative name', async () => {
  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.svc`;
  const { certificate } = await issueIdentity({ ...request, dnsNames: [long] });
  expect(new X509Certificate(certificate).checkHost(long)).toBeDefined();
});

test('what is no certificate is told', () => {
  expect(readCertificate('no certificate')).toBeUndefined();
});

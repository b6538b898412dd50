import 'reflect-metadata';
import { type webcrypto as crypto, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const VALID_MS = 10 * 365 * 24 * 3600 * 1000;
/** Certificates count from an hour ago: clocks of containers and virtual machines jump. */
const SKEW_MS = 3600 * 1000;

/** A key pair as PEM texts: PKCS #8 and SubjectPublicKeyInfo. */
export type KeyPair = { readonly privateKey: string; readonly publicKey: string };

/** A certificate and its private key as PEM texts. */
export type Certificate = { readonly certificate: string; readonly privateKey: string };

/** What a certificate is for: organisations and name as Kubernetes reads groups and user from them. */
export type Subject = {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly usage: 'server' | 'client';
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
};

/** A certificate authority that signs. */
export type Authority = Certificate & { readonly sign: (subject: Subject) => Promise<Certificate> };

async function newKeys(): Promise<crypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])) as crypto.CryptoKeyPair;
}

async function pem(keys: crypto.CryptoKeyPair): Promise<KeyPair> {
  const encode = async (format: 'pkcs8' | 'spki', key: crypto.CryptoKey, tag: string): Promise<string> =>
    x509.PemConverter.encode(await webcrypto.subtle.exportKey(format, key), tag);
  return {
    privateKey: await encode('pkcs8', keys.privateKey, 'PRIVATE KEY'),
    publicKey: await encode('spki', keys.publicKey, 'PUBLIC KEY'),
  };
}

/** A new key pair (ECDSA P-256). */
export async function keyPair(): Promise<KeyPair> {
  return pem(await newKeys());
}

const period = (): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(Date.now() - SKEW_MS),
  notAfter: new Date(Date.now() + VALID_MS),
});

function extensions(subject: Subject): x509.Extension[] {
  const usage = subject.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const names = [
    ...(subject.hosts ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(subject.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.ExtendedKeyUsageExtension([usage]),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** A new certificate authority of that name. */
export async function authority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    ...period(),
    signingAlgorithm: SIGNING,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const sign = async (subject: Subject): Promise<Certificate> => {
    const own = await newKeys();
    const leaf = await x509.X509CertificateGenerator.create({
      subject: [...(subject.groups ?? []).map((group) => ({ O: [group] })), { CN: [subject.name] }],
      issuer: root.subject,
      ...period(),
      signingAlgorithm: SIGNING,
      signingKey: keys.privateKey,
      publicKey: own.publicKey,
      extensions: extensions(subject),
    });
    return { certificate: leaf.toString('pem'), privateKey: (await pem(own)).privateKey };
  };
  return { certificate: root.toString('pem'), privateKey: (await pem(keys)).privateKey, sign };
}

/**
 * Makes and reads the webhook's certificates. Each one is signed by an authority of its own, whose key is thrown away
 * at once: nothing is left that could sign a second certificate which API servers would trust.
 */
import 'reflect-metadata';
import { X509Certificate as ParsedCertificate, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate that a server shows, its key, and the authority by which others judge it; all PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface IdentityRequest {
  /** The names by which the server is called; at least one. */
  readonly dnsNames: readonly string[];
  readonly now: Date;
  /** For how long it is valid, in milliseconds from now. */
  readonly lifetimeMs: number;
}

/** What a certificate says about itself. */
export interface CertificateFacts {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
}

/** The clocks of API servers may be behind: a certificate is valid from a little before it was made. */
const skewMs = 5 * 60_000;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

type KeyPair = webcrypto.CryptoKeyPair;

/** Makes an authority and the one certificate that it signs: ECDSA P-256, valid for TLS servers of the given names. */
export async function issueIdentity(request: IdentityRequest): Promise<Identity> {
  const [authorityKeys, serverKeys] = await Promise.all([generateKeys(), generateKeys()]);
  const validity = {
    notBefore: new Date(request.now.getTime() - skewMs),
    notAfter: new Date(request.now.getTime() + request.lifetimeMs),
  };
  const authority = await issueAuthority(authorityKeys, validity);
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject: `CN=${commonName(request.dnsNames)}`,
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(request.dnsNames.map((value) => ({ type: 'dns', value }))),
      await AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey);
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(key, PemConverter.PrivateKeyTag)}\n`,
    authority: `${authority.toString('pem')}\n`,
  };
}

/** Reads a PEM certificate; undefined where it is none. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  let parsed: ParsedCertificate;
  try {
    parsed = new ParsedCertificate(pem);
  } catch {
    return undefined;
  }
  const dnsNames = (parsed.subjectAltName ?? '').split(', ').flatMap((name) => {
    return name.startsWith('DNS:') ? [name.slice('DNS:'.length)] : [];
  });
  return { notBefore: parsed.validFromDate, notAfter: parsed.validToDate, dnsNames };
}

async function issueAuthority(keys: KeyPair, validity: { notBefore: Date; notAfter: Date }): Promise<X509Certificate> {
  const serial = serialNumber();
  return X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serial,
    // A name of its own, so that a verifier which looks authorities up by name never takes the wrong one of two.
    name: `CN=standpipe-webhook-ca-${serial}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** Sixteen random bytes, positive as RFC 5280 (4.1.2.2) wants it. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** A common name has at most 64 characters; verifiers look at the alternative names only. */
function commonName(dnsNames: readonly string[]): string {
  const [first] = dnsNames;
  if (first === undefined) throw new TypeError('A certificate needs at least one DNS name');
  return first.length <= 64 ? first : 'standpipe-webhook';
}

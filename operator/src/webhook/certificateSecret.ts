/** The Secret that keeps the state of the rotation. The webhook reads from it only what it serves. */
import type { Secret } from '../kube/builtin.ts';
import type { Applied } from '../kube/calls.ts';
import type { Identity } from './certificate.ts';
import type { CertificateState } from './rotation.ts';

const trustedSinceAnnotation = 'standpipe.dev/next-trusted-since';
const previousUntilAnnotation = 'standpipe.dev/previous-trusted-until';

/** Reads the state from the Secret; what is incomplete there is not there. */
export function stateFrom(secret: Secret | undefined): CertificateState {
  const next = identityFrom(secret, 'next.crt', 'next.key', 'next-ca.crt');
  const previous = text(secret, 'previous-ca.crt');
  const until = date(secret, previousUntilAnnotation);
  return {
    serving: servingFrom(secret),
    next: next === undefined ? undefined : { ...next, trustedSince: date(secret, trustedSinceAnnotation) },
    previous: previous === undefined || until === undefined ? undefined : { authority: previous, until },
  };
}

/** Reads what the webhook shows. */
export function servingFrom(secret: Secret | undefined): Identity | undefined {
  return identityFrom(secret, 'tls.crt', 'tls.key', 'ca.crt');
}

/** The whole Secret for a state. Fields that an earlier state had and this one has not go away by the apply. */
export function secretFor(namespace: string, name: string, state: CertificateState): Applied<Secret> {
  const { serving, next, previous } = state;
  return {
    metadata: {
      namespace,
      name,
      labels: { 'app.kubernetes.io/managed-by': 'standpipe' },
      annotations: {
        ...(next?.trustedSince === undefined ? {} : { [trustedSinceAnnotation]: next.trustedSince.toISOString() }),
        ...(previous === undefined ? {} : { [previousUntilAnnotation]: previous.until.toISOString() }),
      },
    },
    type: 'kubernetes.io/tls',
    data: encoded({
      'tls.crt': serving?.certificate,
      'tls.key': serving?.key,
      'ca.crt': serving?.authority,
      'next.crt': next?.certificate,
      'next.key': next?.key,
      'next-ca.crt': next?.authority,
      'previous-ca.crt': previous?.authority,
    }),
  };
}

function identityFrom(
  secret: Secret | undefined,
  ...[certificateKey, keyKey, authorityKey]: readonly [string, string, string]
): Identity | undefined {
  const [certificate, key, authority] = [certificateKey, keyKey, authorityKey].map((name) => text(secret, name));
  if (certificate === undefined || key === undefined || authority === undefined) return undefined;
  return { certificate, key, authority };
}

function text(secret: Secret | undefined, key: string): string | undefined {
  const value = secret?.data?.[key];
  return value ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

function date(secret: Secret | undefined, annotation: string): Date | undefined {
  const time = new Date(secret?.metadata.annotations?.[annotation] ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function encoded(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(texts).flatMap(([name, value]) => {
    return value === undefined ? [] : [[name, Buffer.from(value).toString('base64')] as const];
  });
  return Object.fromEntries(entries);
}

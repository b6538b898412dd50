import { UsageError } from './usageError.ts';

/** A name of a namespace: a DNS label (RFC 1123). */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads `--namespaces a,b`. Undefined where the option was not given, which means the whole cluster.
 * @throws UsageError for an empty list: it must not mean the whole cluster.
 */
export function namespacesFrom(option: string | undefined): readonly string[] | undefined {
  if (option === undefined) return undefined;
  const names = option.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !label.test(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new UsageError(
    `--namespaces must be names of namespaces, separated by commas, and "${wrong}" is none: name some, or leave the option out for the whole cluster`,
  );
}

/** Checks the name of one namespace. @throws UsageError that names the option */
export function namespaceFrom(option: string): string {
  if (label.test(option)) return option;
  throw new UsageError(
    `-n must be the name of a namespace, and "${option}" is none: use lower-case letters, digits and -`,
  );
}

/** The namespace in which the webhook is tried. */
export function canaryNamespace(): string {
  return process.env.STANDPIPE_CANARY_NAMESPACE ?? 'standpipe-canary';
}

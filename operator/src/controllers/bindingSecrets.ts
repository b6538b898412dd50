import type { Secret } from '../kube/builtin.ts';
import { type Credential, kafkaEntries } from '../plan/kafkaSecret.ts';
import type { Problem } from '../plan/problem.ts';
import type { KafkaRecipe, SecretRecipe } from '../plan/recipe.ts';

/** Finds a Secret of the operator's own namespace. */
export type SecretLookup = (name: string) => Secret | undefined;

/** The content of a binding's Secret, as the API has it: values in base64. */
export interface SecretContent {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Mixes a binding's Secret by its recipe, or says which Secret or key of the platform's is missing. */
export function secretContent(recipe: SecretRecipe, lookup: SecretLookup): SecretContent | Problem {
  const entries = recipe.kafka === null ? recipe.literals : kafkaContent(recipe, recipe.kafka, lookup);
  if ('reason' in entries && typeof entries.message === 'string') return entries as Problem;
  const data = Object.entries(entries as Readonly<Record<string, string>>).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return { type: `servicebinding.io/${recipe.type}`, data: Object.fromEntries(data) };
}

function kafkaContent(recipe: SecretRecipe, kafka: KafkaRecipe, lookup: SecretLookup) {
  const field = `bindings[${recipe.binding}]`;
  const ca = kafka.ca === null ? null : readKey(lookup, kafka.ca.secretName, kafka.ca.key);
  if (ca === undefined) return missing(field, kafka.ca?.secretName ?? '', [kafka.ca?.key ?? '']);
  if (kafka.credential === null) return kafkaEntries(kafka, null, ca);
  const credential = readCredential(lookup, kafka.credential);
  if (credential === undefined) return missing(field, kafka.credential, ['username', 'password']);
  return kafkaEntries(kafka, credential, ca);
}

function readCredential(lookup: SecretLookup, name: string): Credential | undefined {
  const username = readKey(lookup, name, 'username');
  const password = readKey(lookup, name, 'password');
  if (username === undefined || password === undefined) return undefined;
  return { username, password, mechanism: readKey(lookup, name, 'mechanism') };
}

/** A value without the line break that `kubectl create secret --from-file` brings along with a file's last line. */
function readKey(lookup: SecretLookup, name: string, key: string): string | undefined {
  const value = lookup(name)?.data?.[key];
  return value === undefined
    ? undefined
    : Buffer.from(value, 'base64')
        .toString()
        .replace(/\r?\n$/, '');
}

function missing(field: string, secretName: string, keys: readonly string[]): Problem {
  const message = `Secret ${secretName} in the operator's namespace must exist and have ${keys.join(' and ')}: ask the owners of the Broker`;
  return { field, reason: 'SecretNotFound', message };
}

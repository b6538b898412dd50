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
  if (isProblem(entries)) return entries;
  const data = Object.entries(entries).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { type: `servicebinding.io/${recipe.type}`, data: Object.fromEntries(data) };
}

type Entries = Readonly<Record<string, string>>;

function isProblem(content: Entries | Problem): content is Problem {
  return 'field' in content && 'reason' in content;
}

function kafkaContent(recipe: SecretRecipe, kafka: KafkaRecipe, lookup: SecretLookup): Entries | Problem {
  const ca = kafka.ca === null ? null : readKey(lookup, kafka.ca.secretName, kafka.ca.key);
  if (ca === undefined) return missing(recipe, kafka.ca?.secretName ?? '', [kafka.ca?.key ?? '']);
  if (kafka.credential === null) return kafkaEntries(kafka, null, ca);
  const credential = readCredential(lookup, kafka.credential);
  if (credential === undefined) return missing(recipe, kafka.credential, ['username', 'password']);
  return kafkaEntries(kafka, credential, ca);
}

function readCredential(lookup: SecretLookup, name: string): Credential | undefined {
  const username = readKey(lookup, name, 'username');
  const password = readKey(lookup, name, 'password');
  if (username === undefined || password === undefined) return undefined;
  return { username, password, mechanism: readKey(lookup, name, 'mechanism') };
}

/** A value, if there is one that is not empty, without the line break that `kubectl create secret --from-file` brings along with a file's last line. */
function readKey(lookup: SecretLookup, name: string, key: string): string | undefined {
  const value = lookup(name)?.data?.[key];
  if (value === undefined) return undefined;
  const text = Buffer.from(value, 'base64')
    .toString()
    .replace(/\r?\n$/, '');
  return text === '' ? undefined : text;
}

function missing(recipe: SecretRecipe, secretName: string, keys: readonly string[]): Problem {
  const field = `bindings[${recipe.binding}]`;
  const broker = recipe.kafka?.broker ?? '';
  const message = `Secret ${secretName} in the operator's namespace must exist and have ${keys.join(' and ')}, not empty: the owners of Broker ${broker} create it`;
  return { field, reason: 'SecretNotFound', message };
}

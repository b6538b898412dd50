import type { KafkaRecipe } from './recipe.ts';

/** A login on a broker. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** Overrides the Broker's first mechanism, in lower case: scram-sha-512, scram-sha-256 or plain. */
  readonly mechanism?: string | undefined;
}

/**
 * The entries of a Kafka binding's Secret: the well-known keys in the spellings that client libraries look for (Spring
 * Cloud Bindings, Quarkus, Strimzi), and ready property files for Java clients and librdkafka. The latter is left out
 * where a value cannot be written in it.
 * @param credential null for a broker without a login
 * @param ca certificates in PEM, null to trust the system's
 */
export function kafkaEntries(
  recipe: KafkaRecipe,
  credential: Credential | null,
  ca: string | null,
): Record<string, string> {
  const servers = recipe.bootstrap.join(',');
  const protocol = recipe.security.toUpperCase();
  const entries: Record<string, string> = {
    type: 'kafka',
    provider: 'standpipe',
    'bootstrap-servers': servers,
    bootstrapServers: servers,
    'security-protocol': protocol,
    securityProtocol: protocol,
  };
  if (ca !== null) entries['ca.crt'] = ca;
  const java: [string, string][] = [
    ['bootstrap.servers', servers],
    ['security.protocol', protocol],
  ];
  const native: [string, string][] = [...java];
  if (credential !== null) {
    const mechanism = (credential.mechanism ?? recipe.mechanism).toUpperCase();
    Object.assign(entries, {
      'sasl-mechanism': mechanism,
      saslMechanism: mechanism,
      username: credential.username,
      user: credential.username,
      password: credential.password,
    });
    java.push(['sasl.mechanism', mechanism], ['sasl.jaas.config', jaas(mechanism, credential)]);
    native.push(
      ['sasl.mechanism', mechanism],
      ['sasl.username', credential.username],
      ['sasl.password', credential.password],
    );
  }
  if (ca !== null) java.push(['ssl.truststore.type', 'PEM'], ['ssl.truststore.certificates', ca]);
  const plain = plainProperties(native);
  if (plain !== null) entries['librdkafka.properties'] = plain;
  return { ...entries, 'client.properties': javaProperties(java) };
}

/** A JAAS configuration entry: values in double quotes with the escapes of java.io.StreamTokenizer, which Kafka reads it by. */
function jaas(mechanism: string, { username, password }: Credential): string {
  const module =
    mechanism === 'PLAIN'
      ? 'org.apache.kafka.common.security.plain.PlainLoginModule'
      : 'org.apache.kafka.common.security.scram.ScramLoginModule';
  const quote = (text: string) => `"${text.replaceAll(/[\\"\n\r]/g, (character) => jaasEscapes[character] ?? '')}"`;
  return `${module} required username=${quote(username)} password=${quote(password)};`;
}

const jaasEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r' };

type Pairs = readonly (readonly [string, string])[];

/**
 * The format of java.util.Properties. Kafka's clients read it from bytes, which means ISO 8859-1: whatever is not plain
 * ASCII is escaped, and so are a backslash, control characters and white space at the beginning of a value.
 */
function javaProperties(pairs: Pairs): string {
  const escaped = (value: string) =>
    value
      .replaceAll('\\', '\\\\')
      .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replace(/^ /, '\\ ');
  return pairs.map(([key, value]) => `${key}=${escaped(value)}\n`).join('');
}

/**
 * The format of configuration files for librdkafka (kcat and the clients' own examples): a line for each property, its
 * value as it is. Nothing can be escaped, so null where a value would be read as another one.
 */
function plainProperties(pairs: Pairs): string | null {
  if (pairs.some(([, value]) => value !== value.trim() || /[\n\r]/.test(value))) return null;
  return pairs.map(([key, value]) => `${key}=${value}\n`).join('');
}

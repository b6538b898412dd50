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
 * Cloud Bindings, Quarkus, Strimzi), and ready property files for Java clients and librdkafka.
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
  return { ...entries, 'client.properties': properties(java), 'librdkafka.properties': properties(native) };
}

/** A JAAS configuration entry: values in double quotes, with backslash escapes. */
function jaas(mechanism: string, { username, password }: Credential): string {
  const module =
    mechanism === 'PLAIN'
      ? 'org.apache.kafka.common.security.plain.PlainLoginModule'
      : 'org.apache.kafka.common.security.scram.ScramLoginModule';
  const quote = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return `${module} required username=${quote(username)} password=${quote(password)};`;
}

/** The format of java.util.Properties: a backslash, a line break and leading white space of a value are escaped. */
function properties(pairs: readonly (readonly [string, string])[]): string {
  const escaped = (value: string) =>
    value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replace(/^[ \t]/, (space) => `\\${space}`);
  return pairs.map(([key, value]) => `${key}=${escaped(value)}\n`).join('');
}

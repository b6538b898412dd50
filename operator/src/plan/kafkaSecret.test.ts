import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kafkaEntries } from './kafkaSecret.ts';
import type { KafkaRecipe } from './recipe.ts';
import { readJaas, readJavaProperties } from './testing/javaReaders.ts';

const recipe: KafkaRecipe = {
  broker: 'main',
  bootstrap: ['b1.example.com:9096', 'b2.example.com:9096'],
  security: 'sasl_ssl',
  mechanism: 'scram-sha-512',
  credential: 'main-login',
  ca: null,
};
const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

test('a broker with a login gives every spelling and both property files', () => {
  expect(kafkaEntries(recipe, { username: 'orders', password: 'pw' }, ca)).toEqual({
    type: 'kafka',
    provider: 'standpipe',
    'bootstrap-servers': 'b1.example.com:9096,b2.example.com:9096',
    bootstrapServers: 'b1.example.com:9096,b2.example.com:9096',
    'security-protocol': 'SASL_SSL',
    securityProtocol: 'SASL_SSL',
    'sasl-mechanism': 'SCRAM-SHA-512',
    saslMechanism: 'SCRAM-SHA-512',
    username: 'orders',
    user: 'orders',
    password: 'pw',
    'ca.crt': ca,
    'client.properties': [
      'bootstrap.servers=b1.example.com:9096,b2.example.com:9096',
      'security.protocol=SASL_SSL',
      'sasl.mechanism=SCRAM-SHA-512',
      `sasl.jaas.config=${scram} required username="orders" password="pw";`,
      'ssl.truststore.type=PEM',
      'ssl.truststore.certificates=-----BEGIN CERTIFICATE-----\\u000aMIIB\\u000a-----END CERTIFICATE-----',
      '',
    ].join('\n'),
    'librdkafka.properties': [
      'bootstrap.servers=b1.example.com:9096,b2.example.com:9096',
      'security.protocol=SASL_SSL',
      'sasl.mechanism=SCRAM-SHA-512',
      'sasl.username=orders',
      'sasl.password=pw',
      '',
    ].join('\n'),
  });
});

test('a broker without a login gives no key of one', () => {
  const plain: KafkaRecipe = { ...recipe, bootstrap: ['kafka:9092'], security: 'plaintext', credential: null };
  const properties = 'bootstrap.servers=kafka:9092\nsecurity.protocol=PLAINTEXT\n';
  expect(kafkaEntries(plain, null, null)).toEqual({
    type: 'kafka',
    provider: 'standpipe',
    'bootstrap-servers': 'kafka:9092',
    bootstrapServers: 'kafka:9092',
    'security-protocol': 'PLAINTEXT',
    securityProtocol: 'PLAINTEXT',
    'client.properties': properties,
    'librdkafka.properties': properties,
  });
});

test.each([
  [undefined, 'SCRAM-SHA-512', scram],
  ['scram-sha-256', 'SCRAM-SHA-256', scram],
  ['plain', 'PLAIN', 'org.apache.kafka.common.security.plain.PlainLoginModule'],
])('a credential with mechanism %s logs in by %s', (mechanism, name, module) => {
  const entries = kafkaEntries(recipe, { username: 'u', password: 'p', mechanism }, null);
  const java = readJavaProperties(entries['client.properties'] ?? '');
  expect([entries['sasl-mechanism'], java['sasl.mechanism']]).toEqual([name, name]);
  expect(readJaas(java['sasl.jaas.config'] ?? '').module).toBe(module);
});

describe('a password with', () => {
  const hostile: readonly [string, string][] = [
    ['a backslash', 'a\\b'],
    ['a backslash at the end', 'a\\'],
    ['a quote that would end the JAAS text', '" required; x="'],
    ['an escaped quote', '\\"'],
    ['a line break that would begin a property', 'a\nssl.endpoint.identification.algorithm='],
    ['a line break of Windows', 'a\r\nb'],
    ['white space around it', ' \ta b\t '],
    ['characters beyond ASCII', 'pässwörd€😀'],
    ['what looks like an escape', '\\u0041\\101\\n'],
    ['what looks like a comment', '#a!b//c/*d*/'],
    ['separators', "=:;,'"],
    ['control characters', '\u0001\u0000\u007f'],
    ['what looks like a variable', '$(HOME) \u0024{env:HOME}'],
  ];

  test.each(hostile)('%s comes to a Java client as it is', (_, password) => {
    expectSame({ username: 'orders', password });
  });

  test('any characters, and any user name, comes to a Java client as it is', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(fc.property(text, text, (username, password) => expectSame({ username, password })));
  });

  test('any characters either stands in the file for librdkafka as it is, or there is no file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (password) => {
        const file = kafkaEntries(recipe, { username: 'u', password }, null)['librdkafka.properties'];
        const expressible = password === password.trim() && !/[\r\n]/.test(password);
        expect(file !== undefined).toBe(expressible);
        if (file !== undefined)
          expect(file.split('\n').slice(3)).toEqual(['sasl.username=u', `sasl.password=${password}`, '']);
      }),
    );
  });
});

function expectSame(credential: { username: string; password: string }): void {
  const entries = kafkaEntries(recipe, credential, ca);
  const java = readJavaProperties(entries['client.properties'] ?? '');
  expect(readJaas(java['sasl.jaas.config'] ?? '')).toEqual({ module: scram, options: credential });
  expect({ ...java, 'sasl.jaas.config': '' }).toEqual({
    'bootstrap.servers': recipe.bootstrap.join(','),
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': '',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': ca,
  });
  expect([entries.username, entries.user, entries.password]).toEqual([
    credential.username,
    credential.username,
    credential.password,
  ]);
}

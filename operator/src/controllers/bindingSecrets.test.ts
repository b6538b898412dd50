import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Secret } from '../kube/builtin.ts';
import type { KafkaRecipe, SecretRecipe } from '../plan/recipe.ts';
import { secretContent } from './bindingSecrets.ts';
import { secret } from './testing/builders.ts';

const kafka: KafkaRecipe = {
  broker: 'main',
  bootstrap: ['b1:9096'],
  security: 'sasl_ssl',
  mechanism: 'scram-sha-512',
  credential: 'main-login',
  ca: { secretName: 'main-ca', key: 'ca.crt' },
};
const recipe: SecretRecipe = {
  binding: 'events',
  secretName: 'standpipe.orders.events',
  type: 'kafka',
  literals: {},
  kafka,
};
const login = secret('main-login', { username: 'orders', password: 'pw' });
const ca = secret('main-ca', { 'ca.crt': 'PEM' });
const found =
  (...secrets: readonly Secret[]) =>
  (name: string) =>
    secrets.find(({ metadata }) => metadata.name === name);

/** The content of a Secret as texts. */
function texts(made: SecretRecipe, ...secrets: readonly Secret[]): Record<string, string> {
  const content = secretContent(made, found(...secrets));
  if (!('data' in content)) throw new Error(content.message);
  return Object.fromEntries(
    Object.entries(content.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

test('a binding to a Microservice is made of what its recipe says', () => {
  const literals = { type: 'http', host: 'billing.shop.svc', reason: 'because', message: 'ü' };
  expect(secretContent({ ...recipe, type: 'http', literals, kafka: null }, found())).toEqual({
    type: 'servicebinding.io/http',
    data: { type: 'aHR0cA==', host: 'YmlsbGluZy5zaG9wLnN2Yw==', reason: 'YmVjYXVzZQ==', message: 'w7w=' },
  });
});

test('a binding to a Broker is made of its login and its certificate', () => {
  expect(texts(recipe, login, ca)).toMatchObject({
    type: 'kafka',
    username: 'orders',
    password: 'pw',
    'sasl-mechanism': 'SCRAM-SHA-512',
    'ca.crt': 'PEM',
  });
});

test("the login's own mechanism wins", () => {
  const plain = secret('main-login', { username: 'orders', password: 'pw', mechanism: 'plain\n' });
  expect(texts(recipe, plain, ca)).toMatchObject({ 'sasl-mechanism': 'PLAIN' });
});

test.each([
  ['pw\n', 'pw'],
  ['pw\r\n', 'pw'],
  ['pw\n\n', 'pw\n'],
  [' pw ', ' pw '],
])('of the password %j one line break at the end is left out', (written, read) => {
  expect(texts(recipe, secret('main-login', { username: 'orders\n', password: written }), ca)).toMatchObject({
    username: 'orders',
    password: read,
  });
});

test('without a login nothing is asked for', () => {
  const open = { ...recipe, kafka: { ...kafka, credential: null, ca: null } };
  expect(texts(open)).not.toHaveProperty('password');
});

const noLogin =
  "Secret main-login in the operator's namespace must exist and have username and password, not empty: the owners of Broker main create it";
const noCa =
  "Secret main-ca in the operator's namespace must exist and have ca.crt, not empty: the owners of Broker main create it";

test.each([
  ['the login is missing', [ca], noLogin],
  ['the login has no password', [ca, secret('main-login', { username: 'u' })], noLogin],
  ['the password is empty', [ca, secret('main-login', { username: 'u', password: '' })], noLogin],
  ['the user name is an empty line', [ca, secret('main-login', { username: '\n', password: 'p' })], noLogin],
  ['the certificate is missing', [login], noCa],
  ['the certificate is under another key', [login, secret('main-ca', { 'tls.crt': 'x' })], noCa],
])('where %s, it is said which Secret and key', (_, secrets, message) => {
  expect(secretContent(recipe, found(...secrets))).toEqual({
    field: 'bindings[events]',
    reason: 'SecretNotFound',
    message,
  });
});

test('no message has anything of what a Secret holds', () => {
  const text = fc.string({ minLength: 8 }).map((value) => `?${value}?`);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('username', 'other', 'ca.crt', 'mechanism'), text), (values) => {
      for (const secrets of [
        [secret('main-login', values), ca],
        [login, secret('main-ca', { ...values, 'ca.crt': '' })],
      ]) {
        const content = secretContent(recipe, found(...secrets));
        if (!('message' in content)) throw new Error('it was made');
        for (const value of Object.values(values)) expect(JSON.stringify(content)).not.toContain(value);
      }
    }),
  );
});

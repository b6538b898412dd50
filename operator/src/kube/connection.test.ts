import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection } from './connection.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connection-'));
});

afterAll(() => rm(folder, { recursive: true }));

function connection(user: Partial<User>, cluster: Partial<Cluster> = {}): Connection {
  const config = new KubeConfig();
  const server = { name: 'c', server: 'https://api.example.com/', skipTLSVerify: false };
  config.loadFromClusterAndUser({ ...server, ...cluster }, { name: 'u', ...user });
  return new Connection(config);
}

test('a configuration that names no cluster says what to do', () => {
  const config = new KubeConfig();
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: '' });
  expect(() => new Connection(config)).toThrow('set KUBECONFIG');
});

test('the server is taken without a trailing slash', () => {
  expect(connection({}).server).toBe('https://api.example.com');
});

test('a token, or a name and password, become the authorization', async () => {
  expect((await connection({ token: 'abc' }).credentials()).headers).toEqual({ authorization: 'Bearer abc' });
  const { headers } = await connection({ username: 'me', password: 'pw' }).credentials();
  expect(headers).toEqual({ authorization: `Basic ${Buffer.from('me:pw').toString('base64')}` });
});

test('a token file may end with a newline', async () => {
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'abc\n');
  const { headers } = await connection({ authProvider: { name: 'tokenFile', config: { tokenFile } } }).credentials();
  expect(headers).toEqual({ authorization: 'Bearer abc' });
});

test('one pool is shared, and replaced only when the certificates change', async () => {
  const caFile = join(folder, 'ca.crt');
  await writeFile(caFile, 'first');
  const own = connection({ token: 'abc' }, { caFile });
  const first = await own.credentials();
  own.forget();
  expect((await own.credentials()).dispatcher).toBe(first.dispatcher);
  await writeFile(caFile, 'second');
  expect((await own.credentials()).dispatcher).toBe(first.dispatcher);
  own.forget();
  expect((await own.credentials()).dispatcher).not.toBe(first.dispatcher);
  await own.close();
});

test('credentials that cannot be had are asked for again next time', async () => {
  const tokenFile = join(folder, 'later');
  const own = connection({ authProvider: { name: 'tokenFile', config: { tokenFile } } });
  await expect(own.credentials()).rejects.toThrow('ENOENT');
  await writeFile(tokenFile, 'abc');
  expect((await own.credentials()).headers).toEqual({ authorization: 'Bearer abc' });
});

test('a SOCKS proxy is refused with what to use instead', async () => {
  const own = connection({}, { proxyUrl: 'socks5://proxy.example.com:1080' });
  await expect(own.credentials()).rejects.toThrow('use an HTTP proxy');
});

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, keepAlive, listen, rawClient, rawServer, until } from './tap/testing/world.ts';
import { configure, get, metrics, serve, start, startup, status, world } from './testing/sidecar.ts';

test('takes up a changed configuration without losing a connection, and keeps it while the next is broken', async () => {
  start();
  await startup(200);
  const client = rawClient(world.ports.tap);
  const answered = async (count: number) => {
    client.socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => client.text().split('HTTP/1.1 200').length === count + 1);
  };
  await answered(1);
  await configure({ generation: 'g2', maxSeries: 300 });
  const generation = async () => (await status()).configuration.generation;
  await expect.poll(generation, { timeout: 5000 }).toBe('g2');
  await writeFile(join(world.folder, 'metrics.json'), '{"generation":"g3","maxSeries":-1}');
  const problems = async () => (await status()).configuration.problems.join();
  await expect.poll(problems, { timeout: 5000 }).toContain('maxSeries:');
  await answered(2);
  expect(await generation()).toBe('g2');
  expect(await metrics()).toMatchObject({
    'standpipe_metrics_config_valid{}': '0',
    'standpipe_metrics_config_failures_total{}': '1',
    'standpipe_page_max_series{}': '300',
    'standpipe_tap_connections_total{port=http}': '1',
  });
  client.socket.destroy();
});

test('gives requests of connections that come after a change of the configuration the address of their client', async () => {
  const seen: unknown[] = [];
  [, world.appPort] = await serve((request, response) => {
    seen.push(request.headers['x-forwarded-for']);
    response.end();
  });
  await configure({ forwardedFor: true });
  start();
  await startup(200);
  const [first, second] = [keepAlive(1), keepAlive(1)];
  await ask({ port: world.ports.tap, agent: first });
  await configure({ generation: 'g2', forwardedFor: false });
  await expect.poll(async () => (await status()).configuration.generation, { timeout: 5000 }).toBe('g2');
  await ask({ port: world.ports.tap, agent: first });
  await ask({ port: world.ports.tap, agent: second });
  first.destroy();
  second.destroy();
  expect(seen).toEqual(['127.0.0.1', '127.0.0.1', undefined]);
});

test('says that it has not started while a port is held by someone else, and starts when it is free', async () => {
  const holder = rawServer(() => {});
  await listen(holder, world.ports.tap);
  start();
  await startup(503);
  expect(await (await get('/startup')).text()).toMatch(/tap http does not listen on port \d+: .*EADDRINUSE/);
  holder.close();
  await startup(200);
});

test('runs with what is right in a wrong environment and says what is wrong', async () => {
  start({ POD_IPS: '', STANDPIPE_MAX_CONNECTIONS: 'many' });
  await startup(503);
  expect((await status()).environment.problems).toEqual([
    expect.stringContaining('POD_IPS'),
    expect.stringContaining('STANDPIPE_MAX_CONNECTIONS'),
  ]);
  expect(world.child.exitCode).toBeNull();
});

test('ends with code 0 on SIGTERM once the open connections have ended', async () => {
  start();
  await startup(200);
  const client = rawClient(world.ports.tap);
  client.socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => client.text().includes('hello'));
  world.child.kill('SIGTERM');
  const knock = () => {
    const { socket, ended } = rawClient(world.ports.tap);
    socket.on('connect', () => socket.destroy());
    return ended;
  };
  await expect.poll(knock).toBe('ECONNREFUSED');
  client.socket.write('GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [code] = await once(world.child, 'exit');
  expect(code).toBe(0);
  expect(client.text().split('HTTP/1.1 200').length).toBe(3);
});

import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { ProbeServer, type ProbeServerOptions } from './probes.ts';

let server: ProbeServer | undefined;

afterEach(async () => {
  await server?.close();
});

/** Starts a server and returns a way to ask it for a page. */
async function asking(options: ProbeServerOptions): Promise<(path: string) => Promise<readonly [number, string]>> {
  server = new ProbeServer(options);
  const { port } = await server.listen(0, '127.0.0.1');
  return async (path) => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`);
    return [statusCode, await body.text()];
  };
}

test('it is ready only when everything is, and says what is missing', async () => {
  let certificate = false;
  const ask = await asking({ ready: { certificate: () => certificate, cache: () => true } });
  expect(await ask('/readyz')).toEqual([503, 'NOT READY certificate\nok cache\n']);
  certificate = true;
  expect(await ask('/readyz?verbose')).toEqual([200, 'ok certificate\nok cache\n']);
});

test('it lives although it is not ready', async () => {
  const ask = await asking({ ready: { cache: () => false } });
  expect(await ask('/healthz')).toEqual([200, 'ok\n']);
});

test('other pages can be served beside, and are told whether it is ready', async () => {
  const metrics = async (ready: boolean) => ({ contentType: 'text/plain; version=0.0.4', text: `ready ${ready}\n` });
  const broken = async () => {
    throw new Error('broken page');
  };
  const ask = await asking({ ready: {}, pages: { '/metrics': metrics, '/broken': broken } });
  expect(await ask('/metrics')).toEqual([200, 'ready true\n']);
  expect(await ask('/broken')).toEqual([500, 'broken page\n']);
  expect(await ask('/other')).toEqual([404, 'not found\n']);
});

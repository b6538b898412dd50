import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Listening } from './listen.ts';
import { createLogger } from './log.ts';
import { jsonPage, servePages } from './pages.ts';

let server: Listening;
const lines: string[] = [];
const at = (path: string) => `http://127.0.0.1:${server.port}${path}`;

async function* parts() {
  for (let i = 0; i < 200; i++) yield 'x'.repeat(10_000);
}

beforeEach(async () => {
  server = servePages({
    port: 0,
    hosts: ['127.0.0.1'],
    log: createLogger({ component: 'test', write: (line) => lines.push(line) }),
    pages: {
      '/status': () => jsonPage({ a: 1 }, 203),
      '/long': () => ({ status: 200, contentType: 'text/plain', body: parts() }),
      '/broken': () => {
        throw new Error('a secret');
      },
    },
  });
  await expect.poll(() => server.listening).toBe(true);
});

afterEach(() => server.stop());

test('answers a page, whatever the query', async () => {
  const response = await fetch(at('/status?x=1'));
  expect([response.status, await response.json()]).toEqual([203, { a: 1 }]);
});

test('writes a page in parts', async () => {
  expect((await (await fetch(at('/long'))).text()).length).toBe(2_000_000);
});

test('answers 404, 405 and 500 without saying more than that', async () => {
  expect((await fetch(at('/constructor'))).status).toBe(404);
  expect((await fetch(at('/status'), { method: 'POST', body: 'x' })).status).toBe(405);
  const broken = await fetch(at('/broken'));
  expect([broken.status, await broken.text()]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(lines.join()).toContain('a secret');
});

import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { keepListening } from './listen.ts';
import { createLogger } from './log.ts';

const log = createLogger({ component: 'test', write: () => {} });

test('waits for a port that someone else holds and takes it when it is free', async () => {
  const other = createServer();
  const holder = keepListening(other, { port: 0, hosts: ['127.0.0.1'], name: 'other', log });
  await expect.poll(() => holder.listening).toBe(true);
  const server = createServer();
  const mine = keepListening(server, { port: holder.port, hosts: ['127.0.0.1'], name: 'mine', log });
  await expect.poll(() => mine.problem).toMatch(/EADDRINUSE/);
  expect(mine.listening).toBe(false);
  holder.stop();
  await expect.poll(() => mine.listening, { timeout: 10_000 }).toBe(true);
  expect(mine.problem).toBeUndefined();
  mine.stop();
});

test('falls back to the next address where the first does not exist', async () => {
  const listening = keepListening(createServer(), { port: 0, hosts: ['203.0.113.7', '127.0.0.1'], name: 'x', log });
  await expect.poll(() => listening.listening).toBe(true);
  listening.stop();
});

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Client } from './client.ts';
import { pageText } from './page.ts';
import { reset, type World } from './world.ts';

const accepts = [
  'text/plain;version=0.0.4',
  'application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1',
  'application/vnd.google.protobuf',
  '*/*',
];

async function scrape({ dice, pagePort }: World): Promise<void> {
  const page = await pageText(pagePort, '/metrics', dice.pick(accepts));
  if (!page.includes('\nstandpipe_metrics_info{')) throw new Error('the sidecar itself is missing on its page');
}

/** Goes away while the page is being made, or while it is being sent. */
async function leave({ dice, pagePort }: World): Promise<void> {
  const socket = connect({ port: pagePort, host: '127.0.0.1' }).on('error', () => {});
  socket.write('GET /metrics HTTP/1.1\r\nHost: sidecar\r\n\r\n');
  if (dice.below(2) === 0) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  await reset(socket);
}

async function status({ pagePort }: World): Promise<void> {
  JSON.parse(await pageText(pagePort, '/status'));
}

export const scrapers: readonly Client[] = [
  { name: 'scrape', weight: 1.5, use: scrape },
  { name: 'leave a scrape', weight: 1, use: leave },
  { name: 'status', weight: 1, use: status },
];

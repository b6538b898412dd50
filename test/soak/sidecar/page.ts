import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Gets a page of loopback over a connection that is closed with it. */
export async function pageText(port: number, path: string, accept = '*/*'): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({ port, host: '127.0.0.1', path, agent: false, headers: { accept } }, resolve).on('error', reject);
  return text(await promise);
}

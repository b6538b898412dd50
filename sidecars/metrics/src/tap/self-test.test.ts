import type { Server, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import type { ReadPath } from './read-path.ts';
import { chooseReadPath } from './self-test.ts';

/** A path that changes a byte of what the app sends, once some of it has passed. */
const corrupting: ReadPath = {
  ...publicPath,
  open(accepted, address, tap) {
    const opened = publicPath.open(accepted, address, tap);
    let passed = 0;
    opened.app.prependListener('data', (bytes: Buffer) => {
      passed += bytes.length;
      if (passed > 1_000_000) bytes.fill(0);
    });
    return opened;
  },
};

const shared = Buffer.allocUnsafe(65_536);

/** A path that writes everything from one buffer, whether what was written before has left it or not. */
const mixing: ReadPath = {
  ...publicPath,
  open(accepted, address, tap) {
    const opened = publicPath.open(accepted, address, tap);
    const { app, client } = opened;
    app.removeAllListeners('data').on('data', (bytes: Buffer) => {
      bytes.copy(shared);
      if (!client.write(shared.subarray(0, bytes.length))) app.pause();
    });
    return opened;
  },
};

/** A path on a runtime whose handles are made in another way. */
const withoutHandle: ReadPath = {
  ...fastPath,
  accept(server: Server, onClient) {
    server.on('listening', () => {
      (server as unknown as { _handle: { onconnection: unknown } })._handle.onconnection = undefined;
    });
    fastPath.accept(server, onClient);
  },
};

/** A path that ends connections too early. */
const cutting: ReadPath = {
  ...publicPath,
  accept: (server, onClient) =>
    publicPath.accept(server, (accepted) => {
      onClient(accepted);
      setTimeout(() => (accepted as Socket).destroy(), 5);
    }),
};

test('takes the fast path where it works, and the public one where that is asked for', async () => {
  expect(await chooseReadPath('auto')).toEqual({ path: fastPath, problem: undefined });
  expect(await chooseReadPath('public')).toEqual({ path: publicPath, problem: undefined });
});

test.each([
  ['changes bytes', corrupting, /^bytes came changed after \d+$/],
  ['mixes up what waits to be written', mixing, /^bytes came changed after \d+$/],
  ['loses bytes', cutting, /bytes came|ECONNRESET/],
  ['finds no handle', withoutHandle, /no handle/],
])('takes the public path where the fast one %s', async (_, fast, problem) => {
  expect(await chooseReadPath('auto', fast)).toEqual({ path: publicPath, problem: expect.stringMatching(problem) });
});

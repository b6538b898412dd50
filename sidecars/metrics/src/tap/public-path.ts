import { connect, type Server, type Socket } from 'node:net';
import { type AppAddress, hostFor } from './app-address.ts';
import type { ForwardedFor } from './forwarded-for.ts';
import type { HttpTap } from './http-tap.ts';
import type { Opened, ReadPath } from './read-path.ts';
import { observe } from './splice.ts';

/** Reads through `data` events, with node's documented interface only. Every read allocates. */
export const publicPath: ReadPath = {
  name: 'public',
  accept(server: Server, onClient) {
    server.on('connection', onClient);
  },
  open(accepted: unknown, { hosts, port }: AppAddress, tap: HttpTap | undefined, forwardedFor?: ForwardedFor): Opened {
    const client = accepted as Socket;
    const app = connect({ host: hostFor(client, hosts), port, noDelay: true, allowHalfOpen: true });
    const splice = { client, app, tap, forwardedFor };
    const fromClient =
      forwardedFor === undefined
        ? (bytes: Buffer) => {
            observe(splice, (each) => each.request(bytes));
            if (!app.write(bytes)) client.pause();
          }
        : (bytes: Buffer) => {
            observe(splice, (each) => each.request(bytes));
            if (!app.write(forwardedFor.apply(bytes))) client.pause();
          };
    client.on('data', fromClient);
    // A `data` listener starts the flow; the client's is held back until the app has accepted.
    client.pause();
    app.on('data', (bytes: Buffer) => {
      observe(splice, (each) => each.response(bytes));
      if (!client.write(bytes)) app.pause();
    });
    return { ...splice, start: () => client.resume() };
  },
  refuse(accepted: unknown) {
    (accepted as Socket).resetAndDestroy();
  },
};

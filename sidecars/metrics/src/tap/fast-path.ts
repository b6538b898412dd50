import { connect, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { type AppAddress, hostFor } from './app-address.ts';
import type { ForwardedFor } from './forwarded-for.ts';
import type { HttpTap } from './http-tap.ts';
import type { Opened, ReadPath } from './read-path.ts';
import type { Splice } from './splice.ts';

/** Bytes that one read takes at most; also what libuv asks for. */
const readBytes = 65_536;

/** The read buffer of the whole process: it is used up before any other socket can be read. */
const readBuffer = Buffer.allocUnsafeSlow(readBytes);

/**
 * Where bytes wait to be written. The read buffer itself must never be written: under back-pressure libuv keeps the
 * pointer while another socket reads into the same memory. A write nearly always ends at once, and then this is free again.
 */
let staging = Buffer.allocUnsafeSlow(readBytes);

/** Node's server and its handle, as far as its undocumented part is used. The self-test proves that it works. */
interface ServerHandle {
  onconnection: (status: number, handle: unknown) => void;
}

/**
 * Reads every socket into one buffer through `onread`, and makes sockets from accepted handles directly. A fifth to a
 * quarter less CPU per request than the public path; used only after `selfTest` has passed on this very runtime.
 */
export const fastPath: ReadPath = {
  name: 'fast',
  accept(server: Server, onClient) {
    // The handle is made anew each time the server listens.
    server.on('listening', () => {
      const handle = handleOf(server);
      if (handle === undefined) {
        server.emit('error', new Error('the server has no handle that could be used'));
        return;
      }
      handle.onconnection = (status, accepted) => {
        if (status === 0 && accepted !== undefined) onClient(accepted);
      };
    });
  },
  open(accepted: unknown, { hosts, port }: AppAddress, tap: HttpTap | undefined, forwardedFor?: ForwardedFor): Opened {
    const fromClient =
      forwardedFor === undefined
        ? (length: number) => carry(splice, length, true)
        : (length: number) => carryWithAddress(splice, forwardedFor, length);
    const client: Socket = new Socket({
      ...socketOptions(fromClient),
      handle: accepted,
      pauseOnCreate: true,
    } as SocketConstructorOpts);
    const app: Socket = connect({
      ...socketOptions((length) => carry(splice, length, false)),
      host: hostFor(client, hosts),
      port,
      noDelay: true,
    });
    const splice: Splice = { client, app, tap, forwardedFor };
    return { ...splice, start: () => start(client) };
  },
  refuse(accepted: unknown) {
    new Socket({ handle: accepted, pauseOnCreate: true } as SocketConstructorOpts).resetAndDestroy();
  },
};

function socketOptions(callback: (length: number) => boolean) {
  return { allowHalfOpen: true, onread: { buffer: readBuffer, callback } };
}

function start(socket: Socket): void {
  socket.resume();
  socket.read(0);
}

/** Carries what was just read to the other side. Returns false to stop reading until that side has drained. */
function carry({ client, app, tap }: Splice, length: number, fromClient: boolean): boolean {
  const to = fromClient ? app : client;
  // What waits behind other bytes takes no more memory than its own: a reader that stalls over a trickle would hold many.
  const waits = to.writableLength > 0;
  const bytes = waits ? Buffer.allocUnsafe(length) : staging.subarray(0, length);
  readBuffer.copy(bytes, 0, 0, length);
  if (tap !== undefined) look(tap, bytes, fromClient);
  const more = to.write(bytes);
  if (!waits && to.writableLength > 0) staging = Buffer.allocUnsafeSlow(readBytes);
  return more;
}

/** As `carry` does for the client's bytes, with what `forwardedFor` puts in. The tap looks at the read buffer itself. */
function carryWithAddress({ app, tap }: Splice, forwardedFor: ForwardedFor, length: number): boolean {
  const read = readBuffer.subarray(0, length);
  if (tap !== undefined) look(tap, read, true);
  const waits = app.writableLength > 0;
  const total = forwardedFor.lengthFor(length);
  const fits = !waits && total <= readBytes;
  const bytes = fits ? staging.subarray(0, total) : Buffer.allocUnsafe(total);
  forwardedFor.copy(read, bytes);
  const more = app.write(bytes);
  if (fits && app.writableLength > 0) staging = Buffer.allocUnsafeSlow(readBytes);
  return more;
}

/** As `observe` of the splice does, without a closure for each read. */
function look(tap: HttpTap, bytes: Buffer, fromClient: boolean): void {
  try {
    if (fromClient) tap.request(bytes);
    else tap.response(bytes);
  } catch {
    tap.fail();
  }
}

function handleOf(server: Server): ServerHandle | undefined {
  const handle = (server as unknown as { readonly _handle?: ServerHandle | null })._handle;
  return typeof handle?.onconnection === 'function' ? handle : undefined;
}

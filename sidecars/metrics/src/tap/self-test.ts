import { connect, createServer, type Server, type Socket } from 'node:net';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import type { Opened, ReadPath } from './read-path.ts';
import { join } from './splice.ts';
import { TapCounters } from './tap-counters.ts';

/** More than the socket buffers on the way usually hold (tcp_wmem: 4 MiB), so that back-pressure is a part of the test. */
const bytesEach = 5 * 1024 * 1024;
const timeoutMs = 5000;

/** What the operator of a pod may ask for; `auto` is the fast path where it works. */
export type ReadPathChoice = 'auto' | ReadPath['name'];

/** The path to use, and why it is not the fast one. */
export interface ChosenReadPath {
  readonly path: ReadPath;
  readonly problem: string | undefined;
}

/** Chooses the read path: the fast one has to prove on this runtime that it neither loses nor mixes up a byte. */
export async function chooseReadPath(choice: ReadPathChoice, fast: ReadPath = fastPath): Promise<ChosenReadPath> {
  if (choice === 'public') return { path: publicPath, problem: undefined };
  const problem = await selfTest(fast);
  return { path: problem === undefined ? fast : publicPath, problem };
}

/**
 * Lets an app send two different streams at once through a tap, after each client has asked by a byte, and closes by
 * halves. The clients read nothing until bytes for both of them wait in the tap, which is when buffers are mixed up if
 * ever. Returns what went wrong, or undefined. Uses loopback sockets only, and few buffers: what is allocated here would
 * stay with the process.
 */
export async function selfTest(path: ReadPath): Promise<string | undefined> {
  const patterns = [patternOf(1), patternOf(7)];
  const opened: Opened[] = [];
  const app = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (asked) => send(socket, patterns[asked[0] ?? 0] ?? Buffer.alloc(1)));
  });
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  try {
    path.accept(server, (accepted) => {
      const one = path.open(accepted, { hosts: ['127.0.0.1'], port: portOf(app) }, undefined);
      opened.push(one);
      join(one, new TapCounters(), one.start, () => {});
    });
    let stalled = false;
    const isStalled = () => {
      // Larger buffers than usual may take everything that there is: then nothing waits in the tap.
      const held = opened.filter(({ client, app: from }) => client.writableLength > 0 || from.bytesRead === bytesEach);
      stalled ||= held.length === patterns.length;
      return stalled;
    };
    await Promise.all([listen(app), listen(server)]);
    const problems = await Promise.all(
      patterns.map((pattern, index) => receive(portOf(server), index, pattern, isStalled)),
    );
    return problems.find((problem) => problem !== undefined);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    app.close();
    server.close();
  }
}

/** Asks for the stream of that index, and once it is stalled, reads it and compares it. */
function receive(port: number, index: number, pattern: Buffer, isStalled: () => boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    // What is read may begin in one piece of the stream and end in the next.
    const doubled = Buffer.concat([pattern, pattern]);
    let received = 0;
    let reads = false;
    const stall = setInterval(() => {
      if (!isStalled()) return;
      clearInterval(stall);
      reads = true;
      socket.resume();
    }, 1);
    const finish = (problem: string | undefined) => {
      clearTimeout(timer);
      clearInterval(stall);
      socket.destroy();
      resolve(problem);
    };
    const take = (length: number, bytes: Uint8Array) => {
      const from = received % pattern.length;
      if (doubled.compare(bytes, 0, length, from, from + length) !== 0) finish(`bytes came changed after ${received}`);
      received += length;
      return reads;
    };
    const socket = connect({
      port,
      host: '127.0.0.1',
      allowHalfOpen: true,
      onread: { buffer: Buffer.allocUnsafeSlow(16_384), callback: take },
    });
    const timer = setTimeout(() => finish(`only ${received} of ${bytesEach} bytes came in time`), timeoutMs);
    socket.on('error', (error) => finish(error.message));
    socket.on('connect', () => socket.end(Buffer.of(index)));
    socket.on('end', () => finish(received === bytesEach ? undefined : `${received} of ${bytesEach} bytes came`));
    socket.resume();
  });
}

function send(socket: Socket, pattern: Buffer): void {
  let sent = 0;
  const more = () => {
    while (sent < bytesEach) {
      const part = pattern.subarray(0, bytesEach - sent);
      sent += part.length;
      if (!socket.write(part)) return;
    }
    socket.off('drain', more);
    socket.end();
  };
  socket.on('drain', more);
  more();
}

/** One piece of a stream. Its length is a prime next to the size of a read, so that reads and pieces never align. */
function patternOf(step: number): Buffer {
  const piece = Buffer.allocUnsafeSlow(65_521);
  for (let place = 0; place < piece.length; place++) piece[place] = Math.imul(place, step) + (place >>> 8);
  return piece;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

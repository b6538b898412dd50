import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPaths, type Sidecar, startSidecar } from './processes.ts';
import { gunicornRequests } from './suites.ts';

/** A file of the corpus: line breaks in it are only there to be read, and what is meant is written as escapes. */
function decode(text: string): Buffer {
  const meant = text.replaceAll('\n', '').replace(/\\(r|n|t|0|x[0-9a-fA-F]{2})/g, (_, code: string) => {
    const known: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', 0: '\0' };
    return known[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16));
  });
  return Buffer.from(meant, 'latin1');
}

/** How a stream is written: as a whole, line by line, or byte by byte. */
const cuts = {
  'as a whole': (stream: Buffer) => [stream],
  'line by line': (stream: Buffer) =>
    stream
      .toString('latin1')
      .split(/(?<=\n)/)
      .map((line) => Buffer.from(line, 'latin1')),
  'byte by byte': (stream: Buffer) => Array.from(stream.subarray(0, 600), (byte) => Buffer.of(byte)),
} as const;

async function say(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  socket.end();
}

/** A server that keeps what it is told, and answers with whatever is set. */
class RecordingServer {
  readonly #server: Server;
  #answer: readonly Buffer[] = [];
  #heard: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));

  constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#heard = buffer(socket);
      socket.once('data', () => void say(socket, this.#answer));
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
  }

  /** Asks over that port. Returns what has arrived at either end. */
  async exchange(
    port: number,
    asked: readonly Buffer[],
    answered: readonly Buffer[],
  ): Promise<readonly [Buffer, Buffer]> {
    this.#answer = answered;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const received = buffer(socket);
    await say(socket, asked);
    const atClient = await received;
    return [await this.#heard, atClient];
  }
}

const server = new RecordingServer();
let appPort = 0;
const corpus: { readonly name: string; readonly stream: Buffer }[] = [];

beforeAll(async () => {
  const folder = await gunicornRequests();
  for (const kind of ['valid', 'invalid']) {
    const files = readdirSync(join(folder, kind)).filter((name) => name.endsWith('.http'));
    for (const file of files.sort())
      corpus.push({ name: `${kind}/${file}`, stream: decode(readFileSync(join(folder, kind, file), 'latin1')) });
  }
  appPort = await server.listen();
}, 600_000);

afterAll(() => server.close());

test('the corpus has well-formed and malformed requests', () => {
  expect(corpus.filter(({ name }) => name.startsWith('valid')).length).toBeGreaterThan(50);
  expect(corpus.filter(({ name }) => name.startsWith('invalid')).length).toBeGreaterThan(50);
});

describe.each(readPaths)('through a sidecar that reads by the path %s', (readPath) => {
  let sidecar: Sidecar;

  beforeAll(async () => {
    sidecar = await startSidecar(appPort, readPath);
  });

  afterAll(() => sidecar.stop());

  test.each(Object.entries(cuts))('each stream of the corpus arrives unchanged, written %s', async (_, cut) => {
    for (const [place, { name, stream }] of corpus.entries()) {
      // The answer is as strange as the question: another stream of the corpus, after a proper response or alone.
      const other = corpus[(place * 7 + 3) % corpus.length]?.stream ?? stream;
      const proper = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      const answer = cut(Buffer.concat(place % 2 === 0 ? [proper, other] : [other]));
      const asked = cut(stream);
      const direct = await server.exchange(appPort, asked, answer);
      const tapped = await server.exchange(sidecar.port, asked, answer);
      for (const [end, bytes] of direct.entries()) {
        expect(bytes.equals(Buffer.concat([asked, answer][end] ?? [])), `${name} directly`).toBe(true);
        expect(tapped[end]?.equals(bytes), `${name} through the tap`).toBe(true);
      }
    }
  });

  test('no connection is left, and the sidecar has looked at each', async () => {
    await expect
      .poll(() => sidecar.samples('standpipe_tap_open_connections'), { timeout: 10_000 })
      .toEqual({ port: 0 });
    expect(await sidecar.samples('standpipe_tap_broken_connections_total')).toEqual({
      'port app': 0,
      'port client': 0,
    });
    const reasons = Object.keys(await sidecar.samples('standpipe_tap_opaque_connections_total'));
    expect(reasons).toEqual(expect.arrayContaining(['port bad-request', 'port ambiguous-length']));
    expect(reasons).not.toContain('port parser-error');
    expect(await sidecar.samples('http_server_active_requests')).toEqual({ port: 0 });
  });
});

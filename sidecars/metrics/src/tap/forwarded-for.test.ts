import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForwardedFor } from './forwarded-for.ts';
import { HttpTap } from './http-tap.ts';
import { Random } from './testing/random.ts';
import { Recorder } from './testing/recorder.ts';
import { requestStream } from './testing/request-streams.ts';
import { changed, conversation, feed } from './testing/streams.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const line = 'X-Forwarded-For: 203.0.113.7';

/** A tap with the lines of one client, and what has reached the app. */
class Client {
  readonly recorder = new Recorder();
  readonly forwardedFor = new ForwardedFor();
  readonly tap = new HttpTap(this.recorder, this.forwardedFor);
  app = '';

  constructor(address: string | undefined = '203.0.113.7') {
    this.forwardedFor.begin(address);
  }

  /** Sends as the read paths do: one of them into a buffer of its own, the other what `apply` gives. */
  send(read: Buffer, copied = true): void {
    this.tap.request(read);
    const out = copied ? Buffer.alloc(this.forwardedFor.lengthFor(read.length), '?') : this.forwardedFor.apply(read);
    if (copied) this.forwardedFor.copy(read, out);
    this.app += out.toString('latin1');
  }

  end(): string {
    this.app += this.forwardedFor.end().toString('latin1');
    this.tap.close();
    return this.app;
  }
}

/** What reaches the app when the client sends these pieces and ends. */
function through(...pieces: readonly string[]): string {
  const client = new Client();
  for (const piece of pieces) client.send(bytes(piece));
  return client.end();
}

/** A stream without the lines that stand at the end of a head: before an empty line that ends like them. */
const withoutLines = (stream: string) => stream.replace(/(?<=\n)X-Forwarded-For: 203\.0\.113\.7(\r?\n)(?=\1)/g, '');

test('puts one line at the end of every head, and leaves bodies and trailers alone, however the bytes are cut', () => {
  const cut = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(requestStream(line), fc.oneof(fc.constant([1]), cut), fc.boolean(), (stream, sizes, copied) => {
      const client = new Client();
      const sent = bytes(stream.sent);
      for (let at = 0, turn = 0; at < sent.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        // A buffer that is used again for the next read.
        const read = Buffer.from(sent.subarray(at, at + size));
        client.send(read, copied);
        if (copied) read.fill(0x41);
        at += size;
      }
      expect(client.end()).toBe(stream.expected);
      expect(client.recorder.abandonedExchanges.length).toBe(stream.requests);
      expect(withoutLines(client.app)).toBe(stream.sent);
    }),
    { numRuns: 1000 },
  );
});

test('puts nothing but lines at ends of heads into bytes that are changed at random', () => {
  let followed = 0;
  for (let seed = 0; seed < 8000; seed++) {
    const random = new Random(seed);
    const spoken = conversation(random);
    const sent = changed(bytes(spoken.request), random);
    const client = new Client();
    feed(sent, random, (read) => client.send(read));
    const received = client.end();
    const lines = received.split(`\n${line}`).length - 1;
    const requests = client.recorder.abandonedExchanges.length;
    if (withoutLines(received) !== sent.toString('latin1') || lines !== requests)
      expect([withoutLines(received), lines], `seed ${seed}`).toEqual([sent.toString('latin1'), requests]);
    followed += lines;
  }
  expect(followed).toBeGreaterThan(8000);
});

test('leaves random bytes as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (pieces) => {
      const client = new Client();
      for (const piece of pieces) client.send(Buffer.from(piece));
      expect(client.end()).toBe(Buffer.concat(pieces).toString('latin1'));
    }),
  );
});

test('comes after what the client has written itself, with the line end of the head', () => {
  expect(through('GET / HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1\r\nHost: a\r\n\r\n')).toBe(
    `GET / HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1\r\nHost: a\r\n${line}\r\n\r\n`,
  );
  expect(through('GET / HTTP/1.0\nHost: a\n\n')).toBe(`GET / HTTP/1.0\nHost: a\n${line}\n\n`);
  expect(through('GET / HTTP/1.1\r\n\r\n')).toBe(`GET / HTTP/1.1\r\n${line}\r\n\r\n`);
});

test('holds back no byte but a carriage return that may end a head, and that until the next one is there', () => {
  const client = new Client();
  const steps = [
    ['GET / HTTP/1.1\r', 'GET / HTTP/1.1\r'],
    ['\n', '\n'],
    ['\r', ''],
    ['\n', `${line}\r\n\r\n`],
    ['\r', '\r'],
    ['\nGET / HTTP/1.1\r\nA: b\r\n\r', '\nGET / HTTP/1.1\r\nA: b\r\n'],
    [
      '\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n1\n\r',
      `${line}\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n${line}\r\n\r\n1\n\r`,
    ],
  ] as const;
  for (const [sent, received] of steps) {
    client.app = '';
    client.send(bytes(sent));
    expect(client.app, JSON.stringify(sent)).toBe(received);
  }
  expect(client.end()).toBe(client.app);
});

test('holds back nothing for a response whose head is still arriving', () => {
  const client = new Client();
  const head = 'POST / HTTP/1.1\r\nContent-Length: 3\r\n';
  client.send(bytes(`${head}\r\na`));
  client.tap.response(bytes('HTTP/1.1 200 OK\r\n\r'));
  client.send(bytes('b'));
  expect(client.app).toBe(`${head}${line}\r\n\r\nab`);
});

test('lets go of the carriage return when the head does not end after it', () => {
  expect(through('GET / HTTP/1.1\r\n\r')).toBe('GET / HTTP/1.1\r\n\r');
  expect(through('GET / HTTP/1.1\r\n\r', 'x')).toBe('GET / HTTP/1.1\r\n\rx');
  expect(through('GET / HTTP/1.1\r\n\r', '\r', '\r\n')).toBe('GET / HTTP/1.1\r\n\r\r\r\n');
});

test.each([
  ['TLS', '\x16\x03\x01\n\r'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['another protocol', 'EHLO x\r\n\r\n'],
  ['a protocol of other line ends', 'PING\n\r'],
  ['the PROXY protocol', 'PROXY TCP4 10.0.0.1 10.0.0.2 4000 80\r\nGET / HTTP/1.1\r\n\r\n'],
  ['a length that is ambiguous', 'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a length that is none', 'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\nGET / HTTP/1.1\r\n\r\n'],
  ['a bare carriage return at the head of a line', 'GET / HTTP/1.1\r\n\rA: b\r\n\r\n'],
  ['a head without an end', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(20_000)}\r\n`],
])('puts nothing into %s', (_, sent) => {
  for (const pieces of [sent.match(/[\s\S]{1,60000}/g) ?? [], [...sent]]) {
    const client = new Client();
    for (const piece of pieces) client.send(bytes(piece));
    expect(client.app).toBe(sent);
  }
});

test('puts a line into the request for an upgrade and into none of what follows it', () => {
  const client = new Client();
  const head = 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n';
  client.send(bytes(`${head}\r\n`));
  client.send(bytes('GET /early HTTP/1.1\r\n\r\n'));
  client.tap.response(bytes('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  client.send(bytes('GET /late HTTP/1.1\r\n\r\n'));
  expect(client.end()).toBe(`${head}${line}\r\n\r\nGET /early HTTP/1.1\r\n\r\nGET /late HTTP/1.1\r\n\r\n`);
});

test('goes on when an upgrade is refused', () => {
  const client = new Client();
  client.send(bytes('CONNECT a:1 HTTP/1.1\r\n\r\n'));
  client.tap.response(bytes('HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n'));
  client.send(bytes('GET / HTTP/1.1\r\n\r\n'));
  expect(client.end()).toBe(`CONNECT a:1 HTTP/1.1\r\n${line}\r\n\r\nGET / HTTP/1.1\r\n${line}\r\n\r\n`);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['::ffff:0:7', '::ffff:0:7'],
  ['fe80::7%eth0', 'fe80::7'],
])('writes the address %s as %s', (address, written) => {
  const client = new Client(address);
  client.send(bytes('GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\n\n'));
  expect(client.end()).toBe(
    `GET / HTTP/1.1\r\nX-Forwarded-For: ${written}\r\n\r\nGET / HTTP/1.1\nX-Forwarded-For: ${written}\n\n`,
  );
});

test('puts nothing in where the client is gone before its address was asked for', () => {
  const client = new Client();
  const gone = new ForwardedFor();
  gone.begin(undefined);
  const tap = new HttpTap(client.recorder, gone);
  const read = bytes('GET / HTTP/1.1\r\n\r\n');
  tap.request(read);
  expect(gone.apply(read).equals(read)).toBe(true);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HttpTap } from './http-tap.ts';
import { Recorder } from './testing/recorder.ts';
import { conversation, feed, pieces } from './testing/streams.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** Lets a tap see `> ` lines as the client's and `< ` lines as the app's, in turn. */
function watch(...steps: readonly string[]) {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  for (const step of steps) {
    if (step.startsWith('>')) tap.request(bytes(step.slice(1)));
    else tap.response(bytes(step.slice(1)));
  }
  return { tap, recorder };
}

test('sees the same exchanges however the bytes are cut', () => {
  fc.assert(
    fc.property(conversation, pieces, pieces, (spoken, asked, answered) => {
      const recorder = new Recorder();
      const tap = new HttpTap(recorder);
      feed(spoken.request, asked, (part) => tap.request(part));
      feed(spoken.response, answered, (part) => tap.response(part));
      tap.close();
      expect(tap.opaque).toBeUndefined();
      expect(recorder.finishedExchanges).toEqual(spoken.exchanges);
      expect(recorder.open).toBe(0);
    }),
    { numRuns: 20_000 },
  );
}, 120_000);

test('never throws and never loses count on changed bytes', () => {
  const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 }));
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  const changed = (stream: string, list: readonly (readonly [number, number])[]) => {
    const copy = bytes(stream);
    for (const [place, value] of list) copy[Math.floor(place * (copy.length - 1))] = value;
    return copy.toString('latin1');
  };
  fc.assert(
    fc.property(conversation, pieces, changes, changes, (spoken, sizes, asked, answered) => {
      const recorder = new Recorder();
      const tap = new HttpTap(recorder);
      feed(changed(spoken.request, asked), sizes, (part) => tap.request(part));
      feed(changed(spoken.response, answered), sizes, (part) => tap.response(part));
      tap.close();
      expect(recorder.open).toBe(0);
    }),
    { numRuns: 20_000 },
  );
}, 120_000);

test('never throws on random bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 200 })), { maxLength: 20 }), (list) => {
      const recorder = new Recorder();
      const tap = new HttpTap(recorder);
      for (const [asks, part] of list) asks ? tap.request(Buffer.from(part)) : tap.response(Buffer.from(part));
      tap.responseEnd();
      tap.close();
      expect(recorder.open).toBe(0);
    }),
    { numRuns: 5000 },
  );
});

test('goes opaque on a head without an end, in bounded memory and time', () => {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  const line = bytes('a: b\r\n');
  tap.request(bytes('GET / HTTP/1.1\r\n'));
  for (let i = 0; i < 20_000 && tap.opaque === undefined; i++) for (const byte of line) tap.request(Buffer.of(byte));
  expect(tap.opaque).toBe('head-too-long');
});

test.each([
  ['http2', '>PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['tls', '>\x16\x03\x01hello'],
  ['not-http', '>\x00\x01'],
  ['not-http', '>EHLO x\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: +5\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n'],
  ['bad-request', '>POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\n\r\n\x00'],
  ['bad-chunk', '>POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz'],
  ['bad-chunk', '>POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
])('goes opaque as %s on %j', (reason, step) => {
  const { tap, recorder } = watch(step);
  expect(tap.opaque).toBe(reason);
  expect(recorder.open).toBe(0);
});

test('knows the HTTP/2 preface in pieces and after settings that the app sent first', () => {
  const { tap } = watch('<\x00\x00\x06\x04\x00\x00\x00\x00\x00', '>PR', '>I * HTTP/2.0\r\n\r', '>\nSM\r\n\r\n');
  expect(tap.opaque).toBe('http2');
});

test('calls a connection on which the app speaks first by that name', () => {
  const { tap } = watch('<220 mail\r\n');
  tap.close();
  expect(tap.opaque).toBe('server-first');
  expect(watch('<220 mail\r\n', '>GET / HTTP/1.1\r\n\r\n').tap.opaque).toBe('server-first');
});

test('goes opaque on a response to nothing and on one that is none', () => {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  expect(watch('>GET / HTTP/1.1\r\n\r\n', `<${ok}${ok}`).tap.opaque).toBe('unsolicited-response');
  const { tap, recorder } = watch('>GET / HTTP/1.1\r\n\r\n', '<\x00\x01 not http\n\n');
  expect(tap.opaque).toBe('bad-response');
  expect(recorder.abandonedExchanges).toEqual(['GET /']);
});

test('counts an upgrade once and looks at nothing after it', () => {
  const { tap, recorder } = watch(
    '>GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n',
    '>\x81\x05early',
    '<HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    '>GET /fake HTTP/1.1\r\n\r\n',
  );
  expect(tap.opaque).toBe('upgrade');
  expect(recorder.finishedExchanges).toEqual(['GET /ws 101']);
});

test('follows on when an upgrade or a tunnel is refused', () => {
  const ok = '<HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  const { tap, recorder } = watch(
    '>GET /a HTTP/1.1\r\nUpgrade: h2c\r\n\r\n',
    ok,
    '>CONNECT b:1 HTTP/1.1\r\n\r\n',
    '<HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n',
    '>GET /c HTTP/1.1\r\n\r\n',
    ok,
  );
  expect(tap.opaque).toBeUndefined();
  expect(recorder.finishedExchanges).toEqual(['GET /a 200', 'CONNECT b:1 407', 'GET /c 200']);
});

test('follows on when a request that asks for an upgrade is answered before its body is sent', () => {
  const { tap, recorder } = watch(
    '>POST /a HTTP/1.1\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhe',
    '<HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n',
    '>lloGET /b HTTP/1.1\r\n\r\n',
    '<HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  );
  expect(tap.opaque).toBeUndefined();
  expect(recorder.finishedExchanges).toEqual(['POST /a 413', 'GET /b 200']);
});

test('opens a tunnel on a 2xx to CONNECT and gives up when bytes came before a refusal', () => {
  const opened = watch('>CONNECT a:1 HTTP/1.1\r\n\r\n', '>\x00\x01', '<HTTP/1.1 200 OK\r\n\r\n', '<\x00');
  expect(opened.tap.opaque).toBe('upgrade');
  expect(opened.recorder.finishedExchanges).toEqual(['CONNECT a:1 200']);
  const refused = watch('>CONNECT a:1 HTTP/1.1\r\n\r\n', '>\x00', '<HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
  expect(refused.tap.opaque).toBe('bytes-after-connect');
  expect(refused.recorder.finishedExchanges).toEqual(['CONNECT a:1 403']);
});

test('ends a response without a length when the app closes', () => {
  const { tap, recorder } = watch('>GET /a HTTP/1.0\r\n\r\n', '<HTTP/1.0 200 OK\r\n\r\nuntil', '< close');
  expect(recorder.finishedExchanges).toEqual([]);
  tap.responseEnd();
  expect(recorder.finishedExchanges).toEqual(['GET /a 200']);
});

test('abandons what was asked when the connection ends in the middle', () => {
  const { tap, recorder } = watch(
    '>GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n',
    '<HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal',
  );
  tap.responseEnd();
  tap.close();
  expect(recorder.abandonedExchanges).toEqual(['GET /a', 'GET /b']);
});

test('tells the kubelet’s probes from other requests', () => {
  const seen: boolean[] = [];
  const tap = new HttpTap({ started: ({ probe }) => seen.push(probe), finished() {}, abandoned() {} });
  tap.request(
    bytes('GET / HTTP/1.1\r\nUser-Agent: kube-probe/1.33\r\n\r\nGET / HTTP/1.1\r\nuser-agent: x kube-probe/\r\n\r\n'),
  );
  expect(seen).toEqual([true, false]);
});

test('gives methods outside the list one shared name', () => {
  const { recorder } = watch('>PROPFIND /a HTTP/1.1\r\n\r\n', '<HTTP/1.1 207 M\r\nContent-Length: 0\r\n\r\n');
  expect(recorder.finishedExchanges).toEqual(['_OTHER /a 207']);
});

import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { HttpTap } from '../http-tap.ts';
import { Random } from '../testing/random.ts';
import { Recorder } from '../testing/recorder.ts';
import { changed, conversation, feed } from '../testing/streams.ts';

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

/** Conversations that are cut, and as many that are changed. With those of HTTP/2 they come to 10^5, in half a minute of CPU time. */
const runs = 40_000;

test('sees the same exchanges however the bytes are cut', () => {
  for (let seed = 0; seed < runs; seed++) {
    const random = new Random(seed);
    const spoken = conversation(random);
    const recorder = new Recorder();
    const tap = new HttpTap(recorder);
    feed(bytes(spoken.request), random, (part) => tap.request(part));
    feed(bytes(spoken.response), random, (part) => tap.response(part));
    tap.close();
    const seen = {
      opaque: tap.opaque,
      exchanges: recorder.finishedExchanges,
      bytes: recorder.bytes,
      open: recorder.open,
    };
    const { exchanges, bytes: lengths } = spoken;
    if (!isDeepStrictEqual(seen, { opaque: undefined, exchanges, bytes: lengths, open: 0 }))
      expect(seen, `seed ${seed}`).toEqual({ opaque: undefined, exchanges, bytes: lengths, open: 0 });
  }
});

test('never throws and never loses count on changed bytes', () => {
  for (let seed = 0; seed < runs; seed++) {
    const random = new Random(seed);
    const spoken = conversation(random);
    const recorder = new Recorder();
    const tap = new HttpTap(recorder);
    feed(changed(bytes(spoken.request), random), random, (part) => tap.request(part));
    feed(changed(bytes(spoken.response), random), random, (part) => tap.response(part));
    tap.responseEnd();
    tap.close();
    if (recorder.open !== 0) expect(recorder.open, `seed ${seed}`).toBe(0);
  }
});

test('never throws on random bytes', () => {
  for (let seed = 0; seed < 5000; seed++) {
    const random = new Random(seed);
    const recorder = new Recorder();
    const tap = new HttpTap(recorder);
    for (let i = random.whole(0, 20); i > 0; i--) {
      const part = Buffer.from(random.some(200, () => random.whole(0, 255)));
      if (random.next() < 0.5) tap.request(part);
      else tap.response(part);
    }
    tap.close();
    if (recorder.open !== 0) expect(recorder.open, `seed ${seed}`).toBe(0);
  }
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
  ['tls', '>\x16\x03\x01hello'],
  ['not-http', '>\x00\x01'],
  ['not-http', '>EHLO x\r\n\r\n'],
  ['not-http', '>PING\r\n'],
  ['proxy-protocol', '>PROXY TCP4 10.0.0.1 10.0.0.2 4000 443\r\n\x16\x03\x01'],
  ['proxy-protocol', '>PROXY TCP4 10.0.0.1 10.0.0.2 4000 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['proxy-protocol', '>\r\n\r\n\0\r\nQUIT\n\x21\x11'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: +5\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n'],
  ['bad-request', '>POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n'],
  ['bad-request', '>POST /a HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n'],
  ['bad-request', '>GET /a HTTP/1.1\r\n\r\n\x00'],
  ['ambiguous-length', '>POST /a HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['ambiguous-length', '>POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n'],
  ['ambiguous-length', '>POST /a HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n'],
  ['ambiguous-length', '>POST /a HTTP/1.1\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n'],
  ['ambiguous-length', '>POST /a HTTP/1.1\r\nContent-Length: 1\r\n\t2\r\n\r\n'],
  ['ambiguous-length', '>POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['bad-chunk', '>POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz'],
  ['bad-chunk', '>POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
])('goes opaque as %s on %j', (reason, step) => {
  const { tap, recorder } = watch(step);
  expect(tap.opaque).toBe(reason);
  expect(recorder.open).toBe(0);
});

test('reads heads whose lines end without a carriage return, and fields that go on in the next line', () => {
  const { tap, recorder } = watch(
    '>GET /a HTTP/1.1\nHost: a\nX-Long: b\n  c\n\nPOST /b HTTP/1.0\nContent-Length: 1\n\nx',
    '<HTTP/1.1 200 OK\nX: y\n z\nContent-Length: 2\n\nok',
    '<HTTP/1.0 200\n\nuntil close',
  );
  tap.responseEnd();
  expect([tap.opaque, recorder.finishedExchanges]).toEqual([undefined, ['GET /a 200', 'POST /b 200']]);
  expect(recorder.bytes).toEqual([
    [0, 2],
    [1, 11],
  ]);
});

test('takes no field for one that frames because of a carriage return in its name', () => {
  const { tap, recorder } = watch('>GET /a HTTP/1.1\r\nContent\rLength: 5\r\n\r\nGET /b HTTP/1.1\r\n\r\n');
  tap.close();
  expect(recorder.abandonedExchanges).toEqual(['GET /a', 'GET /b']);
});

test('gives up on a response whose length is ambiguous and counts its request as aborted', () => {
  const { tap, recorder } = watch(
    '>GET /a HTTP/1.1\r\n\r\n',
    '<HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  expect([tap.opaque, recorder.abandonedExchanges]).toEqual(['ambiguous-length', ['GET /a']]);
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
  const tap = new HttpTap({ started: ({ probe }) => seen.push(probe), ended() {} });
  tap.request(
    bytes('GET / HTTP/1.1\r\nUser-Agent: kube-probe/1.33\r\n\r\nGET / HTTP/1.1\r\nuser-agent: x kube-probe/\r\n\r\n'),
  );
  expect(seen).toEqual([true, false]);
});

test('gives methods outside the list one shared name', () => {
  const { recorder } = watch('>PROPFIND /a HTTP/1.1\r\n\r\n', '<HTTP/1.1 207 M\r\nContent-Length: 0\r\n\r\n');
  expect(recorder.finishedExchanges).toEqual(['_OTHER /a 207']);
});

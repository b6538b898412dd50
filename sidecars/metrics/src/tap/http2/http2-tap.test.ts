import { beforeAll, describe, expect, test } from 'vitest';
import { HttpTap } from '../http-tap.ts';
import {
  block,
  data,
  endHeaders,
  endStream,
  frame,
  headers,
  padded,
  preface,
  priority,
  settings,
} from '../testing/frames.ts';
import { type Recording, record } from '../testing/http2-recording.ts';
import { Random } from '../testing/random.ts';
import { Recorder } from '../testing/recorder.ts';
import { changed, feed } from '../testing/streams.ts';
import { maxStreams } from './http2-tap.ts';

/** A tap on a connection whose both sides have begun. */
function begun() {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  tap.request(Buffer.concat([preface, settings()]));
  tap.response(settings());
  return { recorder, tap };
}

const get = (path: string) => ({ ':method': 'GET', ':scheme': 'http', ':path': path });
const call = { ':method': 'POST', ':path': '/a.B/C', 'content-type': 'application/grpc' };
const ok = { ':status': '200' };

describe('conversations between a real client and a real server', () => {
  const recordings: Recording[] = [];

  beforeAll(async () => {
    for (let seed = 0; seed < 25; seed++) recordings.push(await record(new Random(seed)));
  }, 60_000);

  function play({ pieces }: Recording, random: Random, alter: (bytes: Buffer) => Buffer = (bytes) => bytes) {
    const recorder = new Recorder();
    const tap = new HttpTap(recorder);
    for (const { asks, bytes } of pieces)
      feed(alter(bytes), random, (part) => (asks ? tap.request(part) : tap.response(part)));
    tap.responseEnd();
    tap.close();
    return { tap, recorder };
  }

  test('are seen the same however the bytes are cut', () => {
    for (let turn = 0; turn < 30; turn++) {
      for (const [place, recording] of recordings.entries()) {
        const { tap, recorder } = play(recording, new Random(turn * 1000 + place));
        expect(tap.opaque, `recording ${place}, turn ${turn}`).toBeUndefined();
        expect(recorder.finishedExchanges.sort()).toEqual(recording.exchanges);
        expect(recorder.open).toBe(0);
      }
    }
  });

  test('never make it throw or lose count when bytes are changed', () => {
    for (let turn = 0; turn < 60; turn++) {
      for (const [place, recording] of recordings.entries()) {
        const random = new Random(turn * 1000 + place);
        const { recorder } = play(recording, random, (bytes) => (random.next() < 0.1 ? changed(bytes, random) : bytes));
        if (recorder.open !== 0) expect(recorder.open, `recording ${place}, turn ${turn}`).toBe(0);
      }
    }
  });
});

test('never throws on random frames', () => {
  for (let seed = 0; seed < 20_000; seed++) {
    const random = new Random(seed);
    const { tap, recorder } = begun();
    for (let i = random.whole(1, 8); i > 0; i--) {
      const payload = Buffer.from(random.some(40, () => random.whole(0, 255)));
      const part = frame(random.whole(0, 10), random.whole(0, 255), random.whole(0, 9), payload);
      if (random.next() < 0.5) tap.request(part);
      else tap.response(part);
    }
    tap.close();
    if (recorder.open !== 0) expect(recorder.open, `seed ${seed}`).toBe(0);
  }
});

test('sees a request and its response, with the bytes of both', () => {
  const { tap, recorder } = begun();
  tap.request(Buffer.concat([headers(1, 0, get('/a?b=c')), data(1, 0, 5), data(1, endStream, 6)]));
  tap.response(Buffer.concat([headers(1, 0, { ':status': '103' }), headers(1, 0, ok), data(1, 0, 7)]));
  expect(recorder.finishedExchanges).toEqual([]);
  tap.response(data(1, endStream, 8));
  expect([recorder.finishedExchanges, recorder.bytes]).toEqual([['GET /a 200'], [[11, 15]]]);
});

test('ends a response only when the last byte of its last frame has passed', () => {
  const { tap, recorder } = begun();
  tap.request(headers(1, endStream, get('/a')));
  const answer = Buffer.concat([headers(1, 0, ok), data(1, endStream, 100)]);
  tap.response(answer.subarray(0, -1));
  expect(recorder.open).toBe(1);
  tap.response(answer.subarray(-1));
  expect(recorder.open).toBe(0);
});

test('reads the status of a call from its trailers, from a head alone, and from the status of HTTP', () => {
  const { tap, recorder } = begun();
  for (const stream of [1, 3, 5, 7]) tap.request(headers(stream, endStream, call));
  tap.response(Buffer.concat([headers(1, 0, ok), data(1, 0, 9), headers(1, endStream, { 'grpc-status': '5' })]));
  tap.response(headers(3, endStream, { ...ok, 'grpc-status': '16' }));
  tap.response(headers(5, endStream, { ':status': '503' }));
  tap.response(headers(7, endStream, { ...ok, 'grpc-status': 'x' }));
  const outcomes = ['200 5', '200 16', '503 14', '200 2'].map((outcome) => `POST /a.B/C ${outcome}`);
  expect(recorder.finishedExchanges).toEqual(outcomes);
});

test('reads padded blocks with a priority, in as many frames as they come', () => {
  const { tap, recorder } = begun();
  const fields = block(get('/long'));
  const first = Buffer.concat([Buffer.of(3, 0, 0, 0, 0, 9), fields.subarray(0, 10), Buffer.alloc(3)]);
  tap.request(frame(1, endStream | padded | priority, 1, first));
  tap.request(frame(9, 0, 1, fields.subarray(10, 12)));
  tap.request(frame(9, 0, 1));
  expect(recorder.open).toBe(0);
  tap.request(frame(9, endHeaders, 1, fields.subarray(12)));
  tap.response(headers(1, endStream, ok));
  expect(recorder.finishedExchanges).toEqual(['GET /long 200']);
});

test('keeps the table right over promised requests and fields of streams that are over', () => {
  const { tap, recorder } = begun();
  tap.request(headers(1, endStream, get('/a')));
  // :status 418, indexed in a promise's block; then in the fields of a stream that nobody follows.
  const indexed = (status: string) => Buffer.concat([Buffer.of(0x48, 3), Buffer.from(status)]);
  tap.response(frame(5, endHeaders, 1, Buffer.concat([Buffer.of(0, 0, 0, 2), indexed('418')])));
  tap.response(frame(1, endHeaders | endStream, 2, indexed('419')));
  tap.response(frame(1, endHeaders | endStream, 1, Buffer.of(0xbf)));
  expect([tap.opaque, recorder.finishedExchanges]).toEqual([undefined, ['GET /a 418']]);
});

test('aborts what is reset by either side, and what the app will not answer', () => {
  const { tap, recorder } = begun();
  for (const stream of [1, 3, 5, 7]) tap.request(headers(stream, endStream, get(`/${stream}`)));
  tap.request(frame(3, 0, 1, Buffer.alloc(4)));
  tap.response(frame(3, 0, 3, Buffer.alloc(4)));
  tap.response(frame(7, 0, 0, Buffer.of(0, 0, 0, 5, 0, 0, 0, 0)));
  expect(recorder.abandonedExchanges).toEqual(['GET /1', 'GET /3', 'GET /7']);
  tap.response(headers(5, endStream, ok));
  expect([recorder.finishedExchanges, recorder.open]).toEqual([['GET /5 200'], 0]);
});

test('counts a stream that becomes a tunnel when it is opened', () => {
  const { tap, recorder } = begun();
  tap.request(headers(1, 0, { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws' }));
  tap.response(headers(1, 0, ok));
  tap.request(data(1, 0, 5));
  tap.response(Buffer.concat([data(1, endStream, 5), frame(3, 0, 1, Buffer.alloc(4))]));
  expect([tap.opaque, recorder.finishedExchanges, recorder.open]).toEqual([undefined, ['CONNECT /ws 200'], 0]);
});

test('tells the kubelet’s probes from other calls', () => {
  const seen: boolean[] = [];
  const tap = new HttpTap({ started: ({ probe }) => seen.push(probe), ended() {} });
  tap.request(
    Buffer.concat([preface, settings(), headers(1, endStream, { ...call, 'user-agent': 'kube-probe/1.36 grpc-go/1' })]),
  );
  tap.request(headers(3, endStream, { ...call, 'user-agent': 'grpc-go/1' }));
  expect(seen).toEqual([true, false]);
});

test('knows HTTP/2 in pieces and after settings that the app sent first', () => {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  tap.response(settings(1, 65_536));
  for (const byte of Buffer.concat([preface, settings()])) tap.request(Buffer.of(byte));
  // The client may use the larger table that the app has allowed for.
  const resize = Buffer.of(0x3f, 0xe1, 0xff, 0x03);
  tap.request(frame(1, endStream | endHeaders, 1, Buffer.concat([resize, block(get('/a'))])));
  tap.response(headers(1, endStream, ok));
  expect([tap.opaque, recorder.finishedExchanges]).toEqual([undefined, ['GET /a 200']]);
});

test('follows a connection that HTTP/1 has upgraded', () => {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  tap.request(
    Buffer.from(
      'GET /up HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAQ\r\n\r\n',
    ),
  );
  tap.response(Buffer.concat([Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'), settings()]));
  tap.request(Buffer.concat([preface, settings(), headers(3, endStream, get('/next'))]));
  tap.response(Buffer.concat([headers(1, 0, ok), data(1, endStream, 4), headers(3, endStream, ok)]));
  expect([tap.opaque, recorder.finishedExchanges]).toEqual([undefined, ['GET /up 200', 'GET /next 200']]);
});

test.each([
  ['bad-frame', 'a preface that does not go on', [], Buffer.from('XX')],
  ['bad-frame', 'a first frame that is no SETTINGS', [preface], headers(1, 0, get('/'))],
  ['bad-frame', 'SETTINGS of a wrong length', [preface], frame(4, 0, 0, Buffer.alloc(5))],
  ['bad-frame', 'fields outside of streams', [preface, settings()], headers(0, 0, get('/'))],
  [
    'bad-frame',
    'padding longer than its frame',
    [preface, settings()],
    frame(1, endHeaders | padded, 1, Buffer.of(9, 0x82)),
  ],
  [
    'bad-frame',
    'another frame inside a field block',
    [preface, settings(), frame(1, 0, 1, Buffer.of(0x82))],
    data(1, 0, 0),
  ],
  ['bad-frame', 'a continuation of nothing', [preface, settings()], frame(9, endHeaders, 1)],
  ['bad-frame', 'a continuation on another stream', [preface, settings(), frame(1, 0, 1)], frame(9, endHeaders, 3)],
  ['bad-field-block', 'fields that are none', [preface, settings()], frame(1, endHeaders, 1, Buffer.of(0x80))],
  ['head-too-long', 'an overlong frame', [preface, settings()], Buffer.from('ff000001040000000100', 'hex')],
])('goes opaque as %s on %s', (reason, _, before, step) => {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  tap.request(before.length === 0 ? preface.subarray(0, 18) : Buffer.concat(before));
  expect(tap.opaque).toBeUndefined();
  tap.request(step);
  expect([tap.opaque, recorder.open]).toEqual([reason, 0]);
});

test('goes opaque on a field block without an end, in bounded memory', () => {
  const { tap } = begun();
  tap.request(frame(1, 0, 1, Buffer.of(0x82)));
  for (let i = 0; i < 100 && tap.opaque === undefined; i++) tap.request(frame(9, 0, 1, Buffer.alloc(10_000)));
  expect(tap.opaque).toBe('head-too-long');
});

test('goes opaque when more streams are open than it follows', () => {
  const { tap, recorder } = begun();
  for (let i = 0; i < maxStreams; i++) tap.request(headers(2 * i + 1, endStream, get('/a')));
  expect([tap.opaque, recorder.open]).toEqual([undefined, maxStreams]);
  tap.request(headers(2 * maxStreams + 1, endStream, get('/a')));
  expect([tap.opaque, recorder.open]).toEqual(['too-many-streams', 0]);
});

test('goes opaque when the app does not speak HTTP/2', () => {
  const recorder = new Recorder();
  const tap = new HttpTap(recorder);
  tap.request(Buffer.concat([preface, settings(), headers(1, endStream, get('/a'))]));
  tap.response(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  expect([tap.opaque, recorder.abandonedExchanges]).toEqual(['bad-frame', ['GET /a']]);
});

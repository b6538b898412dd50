import type { Random } from './random.ts';

/** What a client and a server send each other over one HTTP/1 connection, and the exchanges that are in it. */
export interface Conversation {
  readonly request: string;
  readonly response: string;
  /** `METHOD path status` of each exchange, in order. */
  readonly exchanges: readonly string[];
  /** Bytes of content of each request and its response. */
  readonly bytes: readonly (readonly [request: number, response: number])[];
}

const withBody: readonly string[] = ['POST', 'PUT', 'PATCH'];
const newline = '\r\n';
const bodyText = 'GET / HTTP/1.1\r\n\r\nHTTP/1.1 500 E\r\n\r\n'.repeat(100);
const requestFields = [
  'TE: trailers',
  'Cache-Control: no-cache',
  'Cookie: c=d',
  'User-Agent: u',
  `T: ${'t'.repeat(300)}`,
];
const interims = ['', '', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'];
const codings = ['transfer-encoding: gzip, Chunked', 'Transfer-Encoding:chunked'];

/** The framing field of a message, its body, and how much content is in it. */
interface Framed {
  readonly field: string;
  readonly body: string;
  readonly length: number;
}

function framed(random: Random): Framed {
  if (random.next() < 0.4) {
    const length = random.whole(0, random.one([10, 200, 1500]));
    return { field: `Content-Length: ${length}`, body: bodyText.slice(0, length), length };
  }
  const lengths = random.some(4, () => random.whole(1, random.one([5, 300])));
  const chunks = lengths.map((length) => {
    const size = random.one([length.toString(16), length.toString(16).toUpperCase(), `0${length.toString(16)}`]);
    return `${size}${random.one(['', ';ext=1', ' ;q="x"'])}${newline}${bodyText.slice(0, length)}${newline}`;
  });
  const trailers = random.one(['', 'X-T: 1\r\n', 'grpc-status: 0\r\nx: y\r\n']);
  return {
    field: random.one(codings),
    body: `${chunks.join('')}0${newline}${trailers}${newline}`,
    length: lengths.reduce((sum, length) => sum + length, 0),
  };
}

function exchange(random: Random): Conversation {
  const method = random.one(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
  const path = random.one(['/', '/p1', '/a/b.c', '/%20x']);
  const status = random.one([200, 201, 204, 304, 404, 500]);
  const asked = withBody.includes(method) ? framed(random) : undefined;
  const answered = framed(random);
  const fields = ['Host: x', ...random.some(5, () => random.one(requestFields)), ...(asked ? [asked.field] : [])];
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  const request = `${method} ${path}${random.one(['', '?a=b%20c', '?x=1#y'])} HTTP/1.1`;
  const response = [`HTTP/1.1 ${status} Reason`, 'Server: y', answered.field].join(newline);
  return {
    request: `${[request, ...fields].join(newline)}${newline}${newline}${asked?.body ?? ''}`,
    response: `${random.one(interims)}${response}${newline}${newline}${bodiless ? '' : answered.body}`,
    exchanges: [`${method} ${path} ${status}`],
    bytes: [[asked?.length ?? 0, bodiless ? 0 : answered.length]],
  };
}

/** One to five exchanges, one after the other, with every framing that HTTP/1.1 has. */
export function conversation(random: Random): Conversation {
  const list = Array.from({ length: random.whole(1, 5) }, () => exchange(random));
  return {
    request: list.map((each) => each.request).join(''),
    response: list.map((each) => each.response).join(''),
    exchanges: list.flatMap((each) => each.exchanges),
    bytes: list.flatMap((each) => each.bytes),
  };
}

const shared = Buffer.alloc(65_536);

/**
 * Feeds a stream in pieces of random sizes, from one buffer that is overwritten after each piece, as the fast read path
 * does.
 */
export function feed(stream: Buffer, random: Random, take: (bytes: Buffer) => void): void {
  const most = random.one([1, 3, 20, 200, 4000, 4000, shared.length, shared.length]);
  for (let at = 0; at < stream.length; ) {
    const size = Math.min(random.whole(1, most), stream.length - at);
    stream.copy(shared, 0, at, at + size);
    take(shared.subarray(0, size));
    shared.fill(0x41, 0, size);
    at += size;
  }
}

/** Changes up to four bytes of a copy. */
export function changed(stream: Buffer, random: Random): Buffer {
  const copy = Buffer.from(stream);
  for (let i = random.whole(1, 4); i > 0; i--) copy[random.whole(0, copy.length - 1)] = random.whole(0, 255);
  return copy;
}

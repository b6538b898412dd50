import fc from 'fast-check';

/** What a client and a server send each other over one connection, and the exchanges that are in it. */
export interface Conversation {
  readonly request: string;
  readonly response: string;
  /** `METHOD path status` of each exchange, in order. */
  readonly exchanges: readonly string[];
}

const withBody: readonly string[] = ['POST', 'PUT', 'PATCH'];
const newline = '\r\n';
const bodyOf = (length: number): string => 'GET / HTTP/1.1\r\n\r\nHTTP/1.1 500 E\r\n\r\n'.repeat(100).slice(0, length);

const chunkedBody = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 4 }),
    extension: fc.constantFrom('', ';ext=1', ' ;q="x"'),
    upper: fc.boolean(),
    trailers: fc.constantFrom('', 'X-T: 1\r\n', 'grpc-status: 0\r\nx: y\r\n'),
  })
  .map(({ lengths, extension, upper, trailers }) => {
    const chunks = lengths.map((length) => {
      const size = length.toString(16);
      return `${upper ? size.toUpperCase() : size}${extension}${newline}${bodyOf(length)}${newline}`;
    });
    return `${chunks.join('')}0${newline}${trailers}${newline}`;
  });

/** The framing fields of a message and its body. */
const framed = fc.oneof(
  fc.integer({ min: 0, max: 3000 }).map((length) => ({ field: `Content-Length: ${length}`, body: bodyOf(length) })),
  chunkedBody.map((body) => ({ field: 'transfer-encoding: gzip, Chunked', body })),
  chunkedBody.map((body) => ({ field: 'Transfer-Encoding:chunked', body })),
);

const requestPart = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path: fc.constantFrom('/', '/p1', '/a/b.c', '/%20x'),
  query: fc.constantFrom('', '?a=b%20c', '?x=1#y'),
  fields: fc.array(
    fc.constantFrom('TE: trailers', 'Cache-Control: no-cache', 'Cookie: c=d', 'User-Agent: u', `T: ${'t'.repeat(300)}`),
    { maxLength: 5 },
  ),
  framed,
});

const responsePart = fc.record({
  interim: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
  status: fc.constantFrom(200, 201, 204, 304, 404, 500),
  framed,
});

const oneExchange = fc.tuple(requestPart, responsePart).map(([asked, answered]): Conversation => {
  const { method, path, query, fields } = asked;
  const sends = withBody.includes(method);
  const head = [`${method} ${path}${query} HTTP/1.1`, 'Host: x', ...fields, ...(sends ? [asked.framed.field] : [])];
  const bodiless = method === 'HEAD' || answered.status === 204 || answered.status === 304;
  const status = `HTTP/1.1 ${answered.status} Reason${newline}Server: y${newline}${answered.framed.field}`;
  return {
    request: `${head.join(newline)}${newline}${newline}${sends ? asked.framed.body : ''}`,
    response: `${answered.interim}${status}${newline}${newline}${bodiless ? '' : answered.framed.body}`,
    exchanges: [`${method} ${path} ${answered.status}`],
  };
});

/** One to eight exchanges, one after the other, with every framing that HTTP/1.1 has. */
export const conversation: fc.Arbitrary<Conversation> = fc
  .array(oneExchange, { minLength: 1, maxLength: 8 })
  .map((list) => ({
    request: list.map((each) => each.request).join(''),
    response: list.map((each) => each.response).join(''),
    exchanges: list.flatMap((each) => each.exchanges),
  }));

/** Sizes of the pieces in which a stream arrives; used in turn. */
export const pieces: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 8 }),
);

/** Feeds a stream piece by piece from one buffer that is overwritten after each piece, as the fast read path does. */
export function feed(stream: string, sizes: readonly number[], take: (bytes: Buffer) => void): void {
  const all = Buffer.from(stream, 'latin1');
  const shared = Buffer.alloc(4096);
  for (let at = 0, turn = 0; at < all.length; turn++) {
    const size = Math.min(sizes[turn % sizes.length] ?? 1, all.length - at);
    all.copy(shared, 0, at, at + size);
    take(shared.subarray(0, size));
    shared.fill(0x41, 0, size);
    at += size;
  }
}

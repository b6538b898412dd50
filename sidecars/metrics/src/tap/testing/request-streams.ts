import fc from 'fast-check';

/** What a client sends over one HTTP/1 connection, and what the app is to receive where each head ends with one line more. */
export interface RequestStream {
  readonly sent: string;
  readonly expected: string;
  readonly requests: number;
}

/** Text that looks like heads, so that a reader who loses its place would find some in it. */
const decoy = 'GET /decoy HTTP/1.1\r\nHost: d\r\n\r\nPOST / HTTP/1.0\n\n\n\r';

const content = fc.oneof(
  fc.string({ maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.integer({ min: 0, max: 200 }).map((length) => decoy.repeat(5).slice(0, length)),
);

const fields = fc.array(
  fc.oneof(
    fc.constantFrom('Host: a', 'Expect: 100-continue', 'X-Forwarded-For: 10.1.2.3', 'Empty:', 'X-Forwarded-For: 1, 2'),
    fc.constantFrom('Connection: close', 'Cookie: a=b; c="d"', 'TE: trailers', 'Upgrade-Insecure-Requests: 1'),
    fc.integer({ min: 1, max: 3000 }).map((length) => `Long: ${'l'.repeat(length)}`),
    fc.constant('Folded: one\r\n two'),
  ),
  { maxLength: 5 },
);

const target = fc.constantFrom('/', '/a?b=c', 'http://example.org:8080/a', '*', '/%0d%0a%0d%0a', 'a:1');

const chunk = fc.record({
  text: content.filter((text) => text.length > 0),
  extension: fc.constantFrom('', ';a=b', ' ;q="\r"', ';x=GET / HTTP/1.1'),
});

/** How a body is framed, and the body. */
interface Body {
  readonly field: readonly string[];
  readonly text: string;
  readonly http11: boolean;
}

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constant({ field: [], text: '', http11: false }),
  content.map((text) => ({ field: [`Content-Length: ${text.length}`], text, http11: false })),
  fc
    .record({ chunks: fc.array(chunk, { maxLength: 4 }), trailers: fc.constantFrom('', 'A: b\r\n', 'A: b\nC: d\r\n') })
    .map(({ chunks, trailers }) => {
      const texts = chunks.map(({ text, extension }) => `${text.length.toString(16)}${extension}\r\n${text}\r\n`);
      return { field: ['transfer-encoding: chunked'], text: `${texts.join('')}0\r\n${trailers}\r\n`, http11: true };
    }),
);

/** One request: everything up to the blank line, the blank line, and everything after it. */
const request = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND'),
    target,
    minor: fc.constantFrom('1', '1', '0'),
    fields,
    body,
    /** Line ends of the head: all of one kind, or the last ones of another. */
    ends: fc.constantFrom(['\r\n', '\r\n'], ['\r\n', '\r\n'], ['\n', '\n'], ['\r\n', '\n'], ['\n', '\r\n']),
    emptyLines: fc.constantFrom('', '', '\r\n', '\n'),
  })
  .map(({ method, target, minor, fields, body, ends: [lineEnd = '', blank = ''], emptyLines }) => {
    const version = body.http11 ? '1' : minor;
    const lines = [`${method} ${target} HTTP/1.${version}`, ...fields, ...body.field];
    return { head: emptyLines + lines.map((each) => each + lineEnd).join(''), blank, after: body.text };
  });

/**
 * Valid requests of every framing, one after the other; what is expected is written by whoever writes them, and by no
 * parser. `line` is what each head gets, without its line end.
 */
export function requestStream(line: string): fc.Arbitrary<RequestStream> {
  return fc.array(request, { maxLength: 6 }).map((list) => ({
    sent: list.map(({ head, blank, after }) => head + blank + after).join(''),
    expected: list.map(({ head, blank, after }) => head + line + blank + blank + after).join(''),
    requests: list.length,
  }));
}

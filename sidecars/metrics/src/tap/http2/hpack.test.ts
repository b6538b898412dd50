import { expect, test } from 'vitest';
import { Random } from '../testing/random.ts';
import { Fields } from './fields.ts';
import { HpackDecoder, largestTable } from './hpack.ts';
import { decodeHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Reads blocks one after the other; what is known of each, or undefined where it is malformed. */
function read(decoder: HpackDecoder, ...blocks: readonly Buffer[]) {
  return blocks.map((block) => {
    const fields = new Fields();
    return decoder.decode(block, 0, block.length, fields) ? fields : undefined;
  });
}

const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value, 'latin1')]);
/** A literal with indexing; the name by its place in the static table, or new. */
const indexed = (name: number | string, value: string) =>
  Buffer.concat([
    typeof name === 'number' ? Buffer.of(0x40 + name) : Buffer.concat([Buffer.of(0x40), text(name)]),
    text(value),
  ]);

test('reads the representations of RFC 7541 C.2', () => {
  expect(read(new HpackDecoder(), bytes('040c 2f73 616d 706c 652f 7061 7468'))).toMatchObject([
    { path: '/sample/path' },
  ]);
  const others = [
    '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
    '1008 7061 7373 776f 7264 0673 6563 7265 74',
  ];
  for (const other of others) expect(read(new HpackDecoder(), bytes(other))).toMatchObject([{ path: '', method: -1 }]);
  expect(read(new HpackDecoder(), bytes('82'))).toMatchObject([{ method: 0 }]);
});

test.each([
  [
    'C.3',
    '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    '8286 84be 5808 6e6f 2d63 6163 6865',
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
  ],
  [
    'C.4',
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    '8286 84be 5886 a8eb 1064 9cbf',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ],
])('reads the requests of RFC 7541 %s', (_, ...blocks) => {
  const decoder = new HpackDecoder();
  expect(read(decoder, ...blocks.map(bytes))).toMatchObject([{ path: '/' }, { path: '/' }, { path: '/index.html' }]);
  // Three entries are in the table now, and no more.
  expect(read(decoder, bytes('be bf c0'))).toMatchObject([{ method: -1 }]);
  expect(read(decoder, bytes('c1'))).toEqual([undefined]);
});

const date = '611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32';
const cookie =
  '7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31';
test.each([
  [
    'C.5',
    `4803 3330 3258 0770 7269 7661 7465 ${date} 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
    '4803 3330 37c1 c0bf',
    `88c1 ${date} 3220 474d 54c0 5a04 677a 6970 ${cookie}`,
  ],
  [
    'C.6',
    '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
    '4883 640e ffc1 c0bf',
    '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
  ],
])('reads the responses of RFC 7541 %s, with entries evicted from a small table', (_, ...blocks) => {
  const decoder = new HpackDecoder();
  // The table is made 256 bytes small first, as the examples assume.
  expect(read(decoder, bytes('3f e1 01'))).toMatchObject([{ status: 0 }]);
  expect(read(decoder, ...blocks.map(bytes))).toMatchObject([{ status: 302 }, { status: 307 }, { status: 200 }]);
  expect(read(decoder, bytes('be bf c0'))).toMatchObject([{ status: 0 }]);
  expect(read(decoder, bytes('c1'))).toEqual([undefined]);
});

test('keeps an entry exactly for as long as it has room', () => {
  // ":path" and one letter take 38 bytes; "x" and 30 letters 63.
  for (const [size, path] of [
    [101, '/'],
    [100, undefined],
  ] as const) {
    const decoder = new HpackDecoder();
    const resize = size < 31 ? Buffer.of(0x20 + size) : Buffer.of(0x3f, size - 31);
    read(decoder, Buffer.concat([resize, indexed(4, '/'), indexed('x', 'y'.repeat(30))]));
    expect(read(decoder, bytes('bf'))[0]?.path).toBe(path);
  }
});

test('empties the table when an entry is larger than all of it', () => {
  const decoder = new HpackDecoder();
  read(decoder, Buffer.concat([Buffer.of(0x3f, 19), indexed(4, '/a')]));
  expect(read(decoder, bytes('be'))).toMatchObject([{ path: '/a' }]);
  expect(read(decoder, indexed('x', 'y'.repeat(60)))).toMatchObject([{ path: '' }]);
  expect(read(decoder, bytes('be'))).toEqual([undefined]);
});

test('takes a larger table only after the receiver has allowed for it, and never more than it keeps', () => {
  const largeTable = bytes('3f e1 ff 03');
  expect(read(new HpackDecoder(), largeTable)).toEqual([undefined]);
  const decoder = new HpackDecoder();
  decoder.allowTable(2 ** 31);
  expect(read(decoder, largeTable)).toMatchObject([{ status: 0 }]);
  expect(read(decoder, bytes('3f e2 ff 03'))).toEqual([undefined]);
  expect(largestTable).toBe(65_536);
});

test.each([
  ['index 0', '80'],
  ['an index past the tables', 'ff 80 7f'],
  ['an integer without an end', 'ff ff ff'],
  ['an integer that is too large', 'ff ff ff ff ff ff ff 7f'],
  ['a string that is longer than the block', '04 05 2f61'],
  ['a literal without a value', '04'],
  ['a name that is longer than the block', '00 7f'],
  ['EOS inside a string', '04 84 ffff fffc'],
  ['padding of more than seven bits', '04 82 07ff'],
  ['padding that is not of ones', '04 81 00'],
])('refuses %s', (_, block) => {
  expect(read(new HpackDecoder(), bytes(block))).toEqual([undefined]);
});

test('knows gRPC by its content type, and not what only looks like it', () => {
  const typed = (value: string) => read(new HpackDecoder(), indexed(31, value))[0]?.grpc;
  expect(['application/grpc', 'application/grpc+proto', 'application/grpc;x=y'].map(typed)).toEqual([true, true, true]);
  expect(['application/grpc-web', 'application/json', ''].map(typed)).toEqual([false, false, false]);
});

test('never throws on random bytes, and keeps no more than a table is allowed', () => {
  for (let seed = 0; seed < 10_000; seed++) {
    const random = new Random(seed);
    const decoder = new HpackDecoder();
    for (let i = 0; i < 5; i++) read(decoder, Buffer.from(random.some(60, () => random.whole(0, 255))));
  }
});

test('has a complete and canonical code, and the 61 entries of the static table', () => {
  expect(staticTable.length).toBe(61);
  expect([staticTable[0], staticTable[15], staticTable[60]]).toEqual([
    [':authority', ''],
    ['accept-encoding', 'gzip, deflate'],
    ['www-authenticate', ''],
  ]);
  const out = Buffer.alloc(8);
  const decoded = (hex: string) => decodeHuffman(bytes(hex), 0, hex.length / 2, out);
  // "!" and "\\" have codes of 10 and 19 bits: 11111110 00, 11111111 11111110 000.
  expect([decoded('fe3f'), out[0]]).toEqual([1, 33]);
  expect([decoded('fffe1f'), out[0]]).toEqual([1, 92]);
});

/** The Huffman code of HPACK (RFC 7541 section 5.2 and Appendix B). */

/**
 * The length in bits of the code of every byte value, and last that of EOS. No more is needed of Appendix B: the code is
 * canonical, so codes of one length are consecutive numbers in the order of their symbols, and follow the shorter ones.
 */
const codeLengths: readonly number[] = `
  13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
  6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
  13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
  15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
  20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
  22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
  26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
  20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
  30`
  .trim()
  .split(/\s+/)
  .map(Number);

const endOfString = 256;
const longest = 30;

/** Symbols in the order of their codes. */
const symbols = new Uint16Array(codeLengths.length);
/** By length: the first code of that length, how many there are, and where their symbols begin. */
const firstCode = new Uint32Array(longest + 1);
const codeCount = new Uint16Array(longest + 1);
const firstSymbol = new Uint16Array(longest + 1);
/** By the next 8 bits: `symbol * 16 + length` of the code that they begin with; 0 where the code is longer. */
const shortCodes = new Uint16Array(256);

function buildTables(): void {
  let code = 0;
  let place = 0;
  for (let length = 1; length <= longest; length++) {
    code *= 2;
    firstCode[length] = code;
    firstSymbol[length] = place;
    for (let symbol = 0; symbol < codeLengths.length; symbol++) {
      if (codeLengths[symbol] !== length) continue;
      symbols[place++] = symbol;
      if (length <= 8) shortCodes.fill(symbol * 16 + length, code << (8 - length), (code + 1) << (8 - length));
      code += 1;
    }
    codeCount[length] = place - (firstSymbol[length] ?? 0);
  }
}
buildTables();

/**
 * Decodes the string in `bytes` from `from` to `to`. As much of the text as fits is written to `out`. Returns the length
 * of the whole text, or -1 where this is no such string: there is an EOS in it, or padding of more than 7 bits or not of ones.
 */
export function decodeHuffman(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  const end = to * 8;
  let at = from * 8;
  let written = 0;
  while (at < end) {
    const place = at >> 3;
    // Past the end there are ones, as in padding.
    const following = place + 1 < to ? (bytes[place + 1] ?? 0) : 0xff;
    const next = ((((bytes[place] ?? 0) << 8) | following) >> (8 - (at & 7))) & 0xff;
    const short = shortCodes[next] ?? 0;
    let symbol = short >>> 4;
    if (short !== 0 && at + (short & 15) <= end) at += short & 15;
    else {
      if (end - at < 8) return next === 0xff ? written : -1;
      symbol = longCode(bytes, at, end);
      if (symbol < 0 || symbol === endOfString) return -1;
      at += codeLengths[symbol] ?? 0;
    }
    out[written++] = symbol;
  }
  return written;
}

/** The symbol of the code that begins at the bit `at`; -1 if it does not end before the bit `end`. */
function longCode(bytes: Uint8Array, at: number, end: number): number {
  let code = 0;
  for (let length = 1; length <= longest && at + length <= end; length++) {
    const bit = at + length - 1;
    code = code * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    const offset = code - (firstCode[length] ?? 0);
    if (offset < (codeCount[length] ?? 0)) return symbols[(firstSymbol[length] ?? 0) + offset] ?? -1;
  }
  return -1;
}

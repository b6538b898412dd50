/** Reading of HTTP/1 message heads (RFC 9112) as far as a bystander needs them: where they end and how the body is framed. */

import { traceparentLength } from '../trace.ts';

const lf = 10;
const cr = 13;
const space = 32;
const tab = 9;
const comma = 44;
const colon = 58;

/** What a scanned head says. One object is reused for every head: nothing is allocated per message. */
export interface Head {
  /** The index of the line feed that ends the first line. */
  lineEnd: number;
  /** Content-Length in bytes; -1 when there is none. */
  length: number;
  /** The last transfer coding is `chunked`. */
  chunked: boolean;
  /** There is a Transfer-Encoding and its last coding is not `chunked`: the body ends with the connection. */
  otherCoding: boolean;
  /** There is an Upgrade field. */
  upgrade: boolean;
  /** That field asks for HTTP/2. */
  upgradeToHttp2: boolean;
  /** The User-Agent is the kubelet's prober (`kube-probe/<version>`). */
  probe: boolean;
  /** Where the value of a traceparent of the usual length begins; -1 where there is none. */
  trace: number;
  /** The framing is not readable. */
  bad: boolean;
  /** Two readers could disagree about where the body ends. */
  ambiguous: boolean;
}

/** An empty head to scan into. */
export function newHead(): Head {
  return {
    lineEnd: 0,
    length: -1,
    chunked: false,
    otherCoding: false,
    upgrade: false,
    upgradeToHttp2: false,
    probe: false,
    trace: -1,
    bad: false,
    ambiguous: false,
  };
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const contentLength = ascii('content-length');
const transferEncoding = ascii('transfer-encoding');
const upgrade = ascii('upgrade');
const userAgent = ascii('user-agent');
const chunked = ascii('chunked');
const http2 = ascii('h2c');
const probeAgent = ascii('kube-probe/');
const traceparent = ascii('traceparent');

/**
 * Scans the head that starts at `from` into `head`. Returns the index just past its blank line, or -1 while the head is
 * not complete in `bytes`.
 */
export function scanHead(bytes: Uint8Array, from: number, head: Head): number {
  const to = bytes.length;
  let at = lineFeed(bytes, from, to);
  if (at < 0) return -1;
  head.lineEnd = at;
  clear(head);
  at += 1;
  let framing = false;
  while (at < to) {
    const first = bytes[at] ?? 0;
    if (first === lf) return at + 1;
    if (first === cr) {
      if (at + 1 >= to) return -1;
      if (bytes[at + 1] === lf) return at + 2;
      head.bad = true;
    }
    const end = lineFeed(bytes, at, to);
    if (end < 0) return -1;
    // Only fields that begin with c, t or u matter; all others are passed over unread.
    const letter = first | 0x20;
    if (letter === 0x63 || letter === 0x74 || letter === 0x75) framing = readField(bytes, at, end, head);
    // A field that goes on in the next line: obsolete, and joined by some readers only (RFC 9112 section 5.2).
    else if (first === space || first === tab) head.ambiguous ||= framing;
    else framing = false;
    at = end + 1;
  }
  return -1;
}

function clear(head: Head): void {
  head.length = head.trace = -1;
  head.chunked = head.otherCoding = head.upgrade = head.upgradeToHttp2 = head.probe = false;
  head.bad = head.ambiguous = false;
}

/** Bytes that are looked through one by one: a call of `indexOf` costs about as much. Most lines end before. */
const nearBytes = 96;

function lineFeed(bytes: Uint8Array, from: number, to: number): number {
  const near = Math.min(from + nearBytes, to);
  for (let at = from; at < near; at++) if (bytes[at] === lf) return at;
  return near === to ? -1 : bytes.indexOf(lf, near);
}

/** Reads a field if it is one that matters. Returns true if the body's length depends on it. */
function readField(bytes: Uint8Array, at: number, end: number, head: Head): boolean {
  if (isNamed(bytes, at, end, contentLength, head)) {
    readLength(bytes, at + contentLength.length + 1, end, head);
    return true;
  }
  if (isNamed(bytes, at, end, transferEncoding, head)) {
    readCoding(bytes, at + transferEncoding.length + 1, end, head);
    return true;
  }
  if (isNamed(bytes, at, end, upgrade, head)) {
    head.upgrade = true;
    const value = skipBlanks(bytes, at + upgrade.length + 1, end);
    head.upgradeToHttp2 = trimEnd(bytes, value, end) - value === http2.length && startsWith(bytes, value, end, http2);
  } else if (isNamed(bytes, at, end, userAgent, head)) {
    const value = skipBlanks(bytes, at + userAgent.length + 1, end);
    if (startsWith(bytes, value, end, probeAgent)) head.probe = true;
  } else if (isNamed(bytes, at, end, traceparent, head)) {
    const value = skipBlanks(bytes, at + traceparent.length + 1, end);
    if (trimEnd(bytes, value, end) - value === traceparentLength) head.trace = value;
  }
  return false;
}

/**
 * True if the field's name is `name` (lower case) and a colon follows at once. Blanks before the colon are wrong (RFC 9112
 * section 5.1), and taken by some readers.
 */
function isNamed(bytes: Uint8Array, at: number, end: number, name: Uint8Array, head: Head): boolean {
  if (at + name.length >= end || !startsWith(bytes, at, end, name)) return false;
  const next = bytes[at + name.length];
  if (next === space || next === tab) head.ambiguous = true;
  return next === colon;
}

function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i] ?? 0;
    // With that bit a carriage return would be a hyphen.
    if ((byte | 0x20) !== ((text[i] ?? 0) | 0x20) || byte < space) return false;
  }
  return true;
}

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (bytes[i] === space || bytes[i] === tab)) i++;
  return i;
}

/** The index past the last byte of a value that ends before `end`. */
function trimEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = end;
  while (i > at && (bytes[i - 1] === cr || bytes[i - 1] === space || bytes[i - 1] === tab)) i--;
  return i;
}

function readLength(bytes: Uint8Array, from: number, end: number, head: Head): void {
  const start = skipBlanks(bytes, from, end);
  const stop = trimEnd(bytes, start, end);
  // 15 digits stay exact in a double; a longer length, a list or a sign is left to the app to judge.
  if (stop === start || stop - start > 15) head.bad = true;
  let value = 0;
  for (let i = start; i < stop; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) head.bad = true;
    value = value * 10 + digit;
  }
  if (head.length >= 0 && head.length !== value) head.bad = true;
  head.length = value;
}

function readCoding(bytes: Uint8Array, from: number, end: number, head: Head): void {
  const start = skipBlanks(bytes, from, end);
  const stop = trimEnd(bytes, start, end);
  if (head.chunked || head.otherCoding) head.ambiguous = true;
  const last = stop - chunked.length;
  head.chunked = last >= start && startsWith(bytes, last, stop, chunked) && (last === start || parts(bytes[last - 1]));
  head.otherCoding = !head.chunked;
}

/** True for what may stand before the last of several codings. */
function parts(byte: number | undefined): boolean {
  return byte === comma || byte === space || byte === tab;
}

/** Why the body of the message with that head cannot be followed. HTTP/1.0 knows no transfer codings (RFC 9112 section 6.1). */
export function framingProblem(head: Head, http10: boolean): 'unreadable' | 'ambiguous-length' | undefined {
  if (head.bad) return 'unreadable';
  const coded = head.chunked || head.otherCoding;
  return head.ambiguous || (coded && (head.length >= 0 || http10)) ? 'ambiguous-length' : undefined;
}

import { unmapped } from './app-address.ts';
import type { RequestHeads } from './http1/head-reporting-tap.ts';

const lf = 10;
const cr = 13;

/**
 * Puts `X-Forwarded-For: <the client's address>` at the end of each request head of one connection that its tap follows, so
 * that it comes after what the client has written itself. All other bytes stay as they are and in their order.
 *
 * For each read the tap looks at the bytes first, then `lengthFor` and `copy` are asked. What may be the carriage return
 * of a head's blank line is held back until the next byte is there, since the line belongs before it.
 */
export class ForwardedFor implements RequestHeads {
  private line = '';
  /** The same with a line feed only, for heads that end so. */
  private bareLine = '';
  /** Of each line that is to be put into what was just read: how many bytes of it come after the line. */
  private readonly places: number[] = [];
  private added = 0;
  /** A carriage return of an earlier read is held back; the one at the end of what was just read is to be. */
  private holds = false;
  private willHold = false;

  /** Takes the client's address, as its socket gives it. Nothing is put in where there is none, since it is gone already. */
  begin(remoteAddress: string | undefined): void {
    if (remoteAddress === undefined) return;
    this.bareLine = `X-Forwarded-For: ${writtenAddress(remoteAddress)}\n`;
    this.line = this.bareLine.replace('\n', '\r\n');
  }

  ended(rest: number, blankLine: 1 | 2): void {
    this.places.push(rest);
    this.added += (blankLine === 2 ? this.line : this.bareLine).length;
  }

  mayEnd(): void {
    this.willHold = true;
  }

  /** How many bytes go to the app for `length` that the tap has just looked at. */
  lengthFor(length: number): number {
    return length + this.added + Number(this.holds) - Number(this.willHold);
  }

  /** Writes what goes to the app for the bytes that the tap has just looked at into `out`, which is of that length. */
  copy(read: Buffer, out: Buffer): void {
    let from = 0;
    let at = 0;
    for (const rest of this.places) {
      const place = read.length - rest;
      // Before the first byte: the blank line's carriage return is the one that is held back.
      if (place >= 0) {
        at = this.release(out, at);
        at += read.copy(out, at, from, place);
        from = place;
      }
      at += out.write(read[place] === lf ? this.bareLine : this.line, at, 'latin1');
    }
    at = this.release(out, at);
    read.copy(out, at, from, read.length - Number(this.willHold));
    this.holds = this.willHold;
    this.willHold = false;
    this.places.length = 0;
    this.added = 0;
  }

  /** What goes to the app for the bytes that the tap has just looked at: those themselves where nothing is to be done. */
  apply(read: Buffer): Buffer {
    if (this.places.length === 0 && !this.holds && !this.willHold) return read;
    const out = Buffer.allocUnsafe(this.lengthFor(read.length));
    this.copy(read, out);
    return out;
  }

  /** What is still held back when the client has sent its last byte. */
  end(): Buffer {
    const rest = Buffer.alloc(Number(this.holds), cr);
    this.holds = false;
    return rest;
  }

  private release(out: Buffer, at: number): number {
    if (!this.holds) return at;
    this.holds = false;
    out[at] = cr;
    return at + 1;
  }
}

/** An address as proxies write it: IPv4 as such, and without the name of an interface, which says nothing to others. */
function writtenAddress(remoteAddress: string): string {
  return unmapped(remoteAddress).replace(/%.*/, '');
}

import { InputError } from './inputError.ts';

/** Keeps a byte order mark, so that what is not changed comes out as it was. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Two bytes that a text in UTF-16 begins with, as Windows PowerShell writes it (RFC 2781, section 3.2). */
const utf16Marks: readonly string[] = ['fffe', 'feff'];

/**
 * The text that bytes stand for.
 * @param source what errors call it
 * @throws InputError for anything but UTF-8, which is all that Kubernetes takes.
 */
export function textFrom(source: string, bytes: Uint8Array): string {
  if (utf16Marks.includes(Buffer.from(bytes.subarray(0, 2)).toString('hex'))) {
    throw new InputError(
      `${source}: it is text in UTF-16: save it as UTF-8, in PowerShell by "| Out-File -Encoding utf8"`,
    );
  }
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InputError(`${source}: it is not text in UTF-8`);
  }
}

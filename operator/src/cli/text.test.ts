import { expect, test } from 'vitest';
import { InputError } from './inputError.ts';
import { textFrom } from './text.ts';

test.each(['a: ü\n', '\uFEFFa: 1\n', ''])('%j in UTF-8 is taken as it is', (text) => {
  expect(textFrom('a.yaml', Buffer.from(text, 'utf8'))).toBe(text);
});

test.each([
  ['UTF-16 of Windows', Buffer.from('\uFEFFa: 1\n', 'utf16le'), 'a.yaml: it is text in UTF-16: save it as UTF-8'],
  ['UTF-16 of the other order', Buffer.from('\uFEFFa: 1\n', 'utf16le').swap16(), 'it is text in UTF-16'],
  ['Latin-1', Buffer.from('a: ü\n', 'latin1'), 'a.yaml: it is not text in UTF-8'],
])('%s is refused', (_, bytes, message) => {
  expect(() => textFrom('a.yaml', bytes)).toThrow(InputError);
  expect(() => textFrom('a.yaml', bytes)).toThrow(message);
});

import { expect, test } from 'vitest';
import { librariesOf } from './nft.ts';

test('finds the libraries and the loader in what ldd prints', () => {
  const printed = [
    '\tlinux-vdso.so.1 (0x00007f8924d7c000)',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f8924a6d000)',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f8924d7e000)',
  ].join('\n');
  expect(librariesOf(printed)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

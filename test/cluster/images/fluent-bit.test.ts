import { expect, test } from 'vitest';
import { librariesIn } from './fluent-bit.ts';

test('the libraries of a program are the resolved files, without the kernel’s page and the loader', () => {
  const ldd = `\tlinux-vdso.so.1 (0x00007f22)
\tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f22)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f22)
`;
  expect(librariesIn(ldd)).toEqual(['/lib/x86_64-linux-gnu/libssl.so.3']);
});

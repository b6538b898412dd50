import { expect, test } from 'vitest';
import { mirrorIn } from './debian.ts';

test('the mirror is found in the one-line and in the paragraph format', () => {
  expect(
    mirrorIn('# deb http://old/debian x main\ndeb [arch=amd64] http://mirror.example/debian bookworm main\n'),
  ).toBe('http://mirror.example/debian');
  expect(mirrorIn('Types: deb\nURIs: https://mirror.example/debian/\nSuites: bookworm\n')).toBe(
    'https://mirror.example/debian',
  );
});

test('security archives and other vendors are no mirrors', () => {
  expect(
    mirrorIn('deb http://mirror.example/debian-security bookworm-security main\ndeb https://vendor.example/apt x main'),
  ).toBe(undefined);
});

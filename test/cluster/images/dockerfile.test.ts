import { expect, test } from 'vitest';
import { inputsOf } from './dockerfile.ts';

test('a Dockerfile needs the images that it builds on and copies from, and the paths that it copies', () => {
  const text = `# syntax=docker/dockerfile:1
ARG BASE=docker.io/fluent/fluent-bit:5.1.1
FROM node:24-bookworm-slim AS build
COPY --chown=1:1 package.json \\
  package-lock.json ./
RUN npm ci
FROM \${BASE}
COPY --from=build /out /out
COPY --from=debian:bookworm-slim /etc/passwd /etc/passwd
ADD dist/ /app/
`;
  expect(inputsOf(text)).toEqual({
    images: ['node:24-bookworm-slim', 'docker.io/fluent/fluent-bit:5.1.1', 'debian:bookworm-slim'],
    paths: ['package.json', 'package-lock.json', 'dist/'],
  });
});

test('a build argument overrides the default of an image name', () => {
  expect(inputsOf('ARG BASE=a:1\nFROM $BASE', { BASE: 'b:2' }).images).toEqual(['b:2']);
});

test('an image from scratch, and a copy from a stage by its number, need no image', () => {
  expect(inputsOf('FROM scratch\nCOPY a /\nFROM scratch\nCOPY --from=0 /a /a').images).toEqual([]);
});

import { expect, test } from 'vitest';
import { type Point, slopeOf } from './slope.ts';

test('a line is found exactly', () => {
  const points = [0, 10, 20, 30].map((seconds): Point => [seconds, 5 + seconds]);
  expect(slopeOf(points)).toMatchObject({ perHour: 3600, seconds: 30 });
  expect(slopeOf(points).error).toBeCloseTo(0);
});

test('what only goes up and down has a slope within its error', () => {
  const points = Array.from({ length: 100 }, (_, i): Point => [i * 10, i % 2 === 0 ? 50 : 60]);
  const { perHour, error } = slopeOf(points);
  expect(Math.abs(perHour)).toBeLessThan(2 * error);
});

test('of two points nothing is said', () => {
  expect(
    slopeOf([
      [0, 1],
      [1, 2],
    ]).error,
  ).toBe(Number.POSITIVE_INFINITY);
});

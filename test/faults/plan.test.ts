import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parsePlan, readPlan } from './plan.ts';

test.each(globSync(join(import.meta.dirname, 'plans/*.yaml')))('%s is a plan', (path) => {
  const { title, faults } = readPlan(path);
  expect(title).not.toBe('');
  expect(faults.length).toBeGreaterThan(0);
});

test.each([
  ['an unknown action', '{faults: [{on: {}, do: explode}]}', 'do'],
  ['a parameter of another action', '{faults: [{on: {}, do: answer, status: 500, seconds: 1}]}', 'seconds'],
  ['a parameter that is missing', '{faults: [{on: {}, do: kill}]}', "'at'"],
  ['an unknown field to match', '{faults: [{on: {kind: Pod}, do: close}]}', 'kind'],
  ['no list of faults', '{title: nothing}', "'faults'"],
])('a plan with %s is refused by name', (_, text, name) => {
  expect(() => parsePlan(text)).toThrow(name);
});

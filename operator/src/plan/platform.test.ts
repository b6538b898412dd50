import { expect, test } from 'vitest';
import { differOnlyByPlatform } from './platform.ts';
import { plan, resources } from './testing/builders.ts';

const base = plan();
const sidecar = { ...base.sidecar, image: 'example.org/sidecar:2' };
const more = { ...resources, requests: { cpu: '1' } };

test.each([
  ['nothing', base, false],
  ['the image', plan({ sidecar }), true],
  ['the resources', plan({ metrics: { ...base.metrics, resources: more } }), true],
  ['what the team declared', plan({ containers: ['app'] }), false],
  ['the image and what the team declared', plan({ sidecar, containers: ['app'] }), false],
] as const)('Plans that differ by %s: %#', (_what, other, expected) => {
  expect(differOnlyByPlatform(base, other)).toBe(expected);
});

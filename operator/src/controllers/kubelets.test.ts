import { expect, test } from 'vitest';
import { knowsSidecars } from './kubelets.ts';

test.each([
  ['v1.29.0', true],
  ['v1.36.3', true],
  ['v1.31.4-eks-aeac579', true],
  ['v2.0.0', true],
  ['v1.28.15', false],
  ['v1.9.0', false],
  ['', false],
])('a kubelet of version "%s" knows native sidecars: %s', (version, expected) => {
  expect(knowsSidecars(version)).toBe(expected);
});

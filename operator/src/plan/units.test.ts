import { expect, test } from 'vitest';
import { overheadOf, parseQuantity } from './overhead.ts';
import { selects } from './selector.ts';
import { plan } from './testing/builders.ts';
import { bytes, seconds } from './units.ts';

test.each([
  ['90s', 90],
  ['1m30s', 90],
  ['720h', 2_592_000],
  ['1h1m1s', 3661],
  ['0s', 0],
  ['500ms', 0.5],
  ['1m500ms', 60.5],
  ['', 0],
])('the duration "%s" has %d seconds', (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

test.each([
  ['64Mi', 67_108_864],
  ['5Ki', 5120],
  ['2Gi', 2_147_483_648],
  ['64M', 0],
  ['', 0],
])('the size "%s" has %i bytes', (text, expected) => {
  expect(bytes(text)).toBe(expected);
});

test.each([
  ['1', 1],
  ['100m', 0.1],
  ['0.5', 0.5],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1E', 1e18],
  ['64Mi', 67_108_864],
  ['1Pi', 2 ** 50],
  ['500u', 0.0005],
  ['lots', 0],
  ['1 Mi', 0],
])('the quantity "%s" is %d', (text, expected) => {
  expect(parseQuantity(text)).toBeCloseTo(expected, 9);
});

const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: {} });
const logs = { source: 'stdout' as const, directories: [], drainSeconds: 10, stateBytes: 1 };

test.each([
  ['100m', '200m', '48Mi', '64Mi', { cpu: '300m', memory: '112Mi' }],
  ['0.1', '0.2', '1Gi', '1', { cpu: '300m', memory: '1025Mi' }],
  ['1', '1500u', '0', '0', { cpu: '1002m', memory: '0Mi' }],
])('sidecars that request %s and %s of CPU, %s and %s of memory, sum up to %j', (cpu1, cpu2, memory1, memory2, sum) => {
  const metrics = { ...plan().metrics, resources: resources(cpu1, memory1) };
  expect(overheadOf(plan({ metrics, logs: { ...logs, resources: resources(cpu2, memory2) } }))).toEqual(sum);
});

test('without a log sidecar only the metrics sidecar counts', () => {
  const metrics = { ...plan().metrics, resources: { requests: { cpu: '10m' }, limits: {} } };
  expect(overheadOf(plan({ metrics }))).toEqual({ cpu: '10m', memory: '0Mi' });
});

const labels = { team: 'shop', tier: '' };

test.each([
  ['an empty selector', {}, true],
  ['an equal label', { matchLabels: { team: 'shop' } }, true],
  ['another value', { matchLabels: { team: 'bank' } }, false],
  ['a label that is not there', { matchLabels: { zone: 'a' } }, false],
  ['one of two labels', { matchLabels: { team: 'shop', zone: 'a' } }, false],
  ['In with the value', { matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'shop'] }] }, true],
  ['In without the label', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
  ['NotIn with the value', { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['shop'] }] }, false],
  ['NotIn without the label', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  ['Exists with an empty value', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  ['Exists without the label', { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
  [
    'Exists for a name that every object has',
    { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
    false,
  ],
  ['DoesNotExist with the label', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, false],
  ['DoesNotExist without the label', { matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  [
    'a label that fits and an expression that does not',
    { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
    false,
  ],
] as const)('a selector with %s decides as in Kubernetes', (_, selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});

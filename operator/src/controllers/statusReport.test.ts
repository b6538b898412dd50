import { expect, test } from 'vitest';
import { readStatusReport } from './statusReport.ts';

const pod = { namespace: 'shop', name: 'orders-1' };
const tap = { name: 'http', listen: 8080, app: 18080, protocol: 'http', listening: true, problem: null };
const page = {
  component: 'standpipe-metrics',
  version: '0.1.0',
  microservice: 'orders',
  namespace: 'shop',
  pod: 'orders-1',
  revision: 'r1',
  configuration: { generation: 'g1', loaded: true, problems: [] },
  environment: { problems: [] },
  taps: [tap],
  targets: [{ name: 'app', up: false, problem: 'refused' }],
};
const read = (change: object = {}) => readStatusReport(JSON.stringify({ ...page, ...change }), pod);

test('a sidecar that works has nothing to report, whatever the app does', () => {
  expect(read()).toEqual({ revision: 'r1', generation: 'g1', problems: [] });
});

test.each([
  [
    'a tap that does not listen',
    { taps: [tap, { ...tap, name: 'admin', listen: 8081, listening: false, problem: 'EADDRINUSE' }] },
    'tap admin does not listen on port 8081: EADDRINUSE',
  ],
  [
    'a tap that listens not yet',
    { taps: [{ ...tap, listening: false }] },
    'tap http does not listen on port 8080: not yet',
  ],
  [
    'a configuration that is not understood',
    { configuration: { generation: 'g0', problems: ['scrape[0].port: must be a number'] } },
    'configuration: scrape[0].port: must be a number',
  ],
  [
    'an environment that is not',
    { environment: { problems: ['POD_IPS is not set'] } },
    'environment: POD_IPS is not set',
  ],
])('%s is a problem', (_title, change, expected) => {
  expect(read(change)?.problems).toEqual([expected]);
});

test('what a pod says is bounded before it reaches a status', () => {
  const problems = Array.from({ length: 1000 }, () => `\u001b[31m\n${'x'.repeat(5000)}`);
  const told = read({ configuration: { generation: 'g', problems } })?.problems ?? [];
  expect(told).toHaveLength(3);
  for (const problem of told) expect(problem).toMatch(/^configuration: \[31m x{100,}…$/);
  expect(Math.max(...told.map(({ length }) => length))).toBe(160);
});

test.each<[string, string]>([
  ['nothing', ''],
  ['HTML', '<html></html>'],
  ['null', 'null'],
  ['a list', '[]'],
  ['another component', JSON.stringify({ ...page, component: 'other' })],
  ['another pod', JSON.stringify({ ...page, pod: 'orders-2' })],
  ['another namespace', JSON.stringify({ ...page, namespace: 'default' })],
  ['no configuration', JSON.stringify({ ...page, configuration: undefined })],
  ['problems that are no texts', JSON.stringify({ ...page, environment: { problems: [{}] } })],
  ['taps that are none', JSON.stringify({ ...page, taps: { length: 1 } })],
  ['deep nesting', '['.repeat(60_000)],
])('%s is no report', (_title, body) => {
  expect(readStatusReport(body, pod)).toBeNull();
});

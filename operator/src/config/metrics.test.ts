import { expect, test } from 'vitest';
import { checkTaps, checkTargets, defaultMetricsConfig, parseMetricsConfig } from './metrics.ts';

const good = {
  generation: 'abc123',
  maxSeries: 500,
  scrape: [{ name: 'http', port: 18080, path: '/metrics' }],
  scrapeTimeoutMs: 1000,
};

const problemsOf = (change: object): readonly string[] => {
  const parsed = parseMetricsConfig(JSON.stringify({ ...good, ...change }));
  return 'problems' in parsed ? parsed.problems : [];
};

test('reads what the operator writes and leaves fields of a newer operator alone', () => {
  expect(parseMetricsConfig(JSON.stringify(good))).toEqual({ config: good });
  expect(problemsOf({ later: true })).toEqual([]);
  expect(parseMetricsConfig(JSON.stringify(defaultMetricsConfig))).toEqual({ config: defaultMetricsConfig });
});

test('refuses a text that is no JSON object', () => {
  for (const text of ['', '[]', '{"a":', 'null', '"x"']) expect(parseMetricsConfig(text)).toHaveProperty('problems');
});

test.each([
  [{ generation: '' }, 'generation'],
  [{ maxSeries: 0 }, 'maxSeries'],
  [{ maxSeries: 1.5 }, 'maxSeries'],
  [{ maxSeries: '500' }, 'maxSeries'],
  [{ scrapeTimeoutMs: 60_001 }, 'scrapeTimeoutMs'],
  [{ scrape: {} }, 'scrape'],
  [{ scrape: [1] }, 'scrape[0]'],
  [{ scrape: [{ name: 'A', port: 1, path: '/' }] }, 'scrape[0].name'],
  [{ scrape: [{ name: 'standpipe-logs', port: 1, path: '/' }] }, 'scrape[0].name'],
  [{ scrape: [{ name: 'a', port: 0, path: '/' }] }, 'scrape[0].port'],
  [{ scrape: [{ name: 'a', port: 1, path: 'metrics' }] }, 'scrape[0].path'],
  [{ scrape: [{ name: 'a', port: 1, path: '/a\r\nX: y' }] }, 'scrape[0].path'],
  [{ scrape: [{ name: 'a', port: 1, path: '/', tls: true }] }, 'scrape[0].tls'],
  [{ scrape: [{ name: 'a', port: 1, path: '/', tls: { serverName: 'a' } }] }, 'scrape[0].tls.skipVerify'],
  [{ scrape: [{ name: 'a', port: 1, path: '/', tls: { skipVerify: true } }] }, 'scrape[0].tls.serverName'],
  [{ forwardedFor: 'true' }, 'forwardedFor'],
  [{ routes: '/a' }, 'routes'],
  [{ routes: ['/a', '/b/{c}d'] }, 'routes[1]'],
  [
    {
      scrape: [
        { name: 'a', port: 1, path: '/' },
        { name: 'a', port: 2, path: '/' },
      ],
    },
    'scrape[1].name',
  ],
])('names the field of a wrong value: %j', (change, field) => {
  expect(problemsOf(change)).toEqual([expect.stringContaining(`${field}:`)]);
});

test('names every wrong field at once', () => {
  expect(problemsOf({ generation: 1, maxSeries: -1, scrape: [{}] }).length).toBe(5);
});

const tap = { name: 'http', listen: 8080, app: 18080, protocol: 'http' };

test('checks the taps of the environment', () => {
  expect(checkTaps([tap])).toEqual({ value: [tap] });
  expect(checkTaps([])).toEqual({ value: [] });
  expect(checkTaps({})).toHaveProperty('problems');
  expect(checkTaps([{ ...tap, app: 8080 }])).toEqual({ problems: [expect.stringContaining('[0].app:')] });
  expect(checkTaps([tap, tap])).toEqual({
    problems: ['[1].name: "http" stands twice', '[1].listen: 8080 stands twice'],
  });
  expect(checkTaps([{ ...tap, protocol: 'quic' }])).toEqual({ problems: [expect.stringContaining('[0].protocol:')] });
});

test('checks the targets of the environment', () => {
  expect(checkTargets(good.scrape)).toEqual({ value: good.scrape });
  expect(checkTargets([{ name: 'app', port: 1, path: 'x' }])).toEqual({
    problems: [expect.stringContaining('[0].path:')],
  });
  expect(checkTargets({})).toHaveProperty('problems');
});

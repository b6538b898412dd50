import { describe, expect, test } from 'vitest';
import type { Plan } from '../plan/plan.ts';
import { plan, resources } from '../plan/testing/builders.ts';
import { annotatedTarget } from './annotations.ts';
import { remove } from './remove.ts';
import { containerOf, injected, pod } from './testing/builders.ts';

const exposed: Partial<Plan> = { metrics: { ...plan().metrics, expose: 'annotations' } };
const withLogs: Partial<Plan> = {
  logs: { source: 'files', directories: ['/var/log/app'], drainSeconds: 10, stateBytes: 1, resources },
};
const evictable = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

/** The annotations of a pod after injection, without the record. */
function after(annotations: Record<string, string>, fields: Partial<Plan>) {
  const { template } = injected(pod({}, { annotations }), plan(fields));
  const { 'standpipe.dev/injected': _record, ...rest } = template.metadata?.annotations ?? {};
  return rest;
}

const page = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9470', 'prometheus.io/path': '/metrics' };

test.each([
  ['none', {}, page],
  [
    "the app's own",
    { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': '/m', team: 'shop' },
    { ...page, team: 'shop' },
  ],
  ['an opt-out', { 'prometheus.io/scrape': 'false' }, page],
  ['a scheme', { 'prometheus.io/scheme': 'https' }, { ...page, 'prometheus.io/scheme': 'http' }],
])('annotations with %s point at the merged page', (_, annotations, expected) => {
  expect(after(annotations, exposed)).toEqual(expected);
});

test('annotations are left alone where the page is not exposed by them', () => {
  const own = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' };
  expect(after(own, {})).toEqual(own);
});

test.each([
  ['nothing', {}, []],
  ['an opt-out', { 'prometheus.io/scrape': 'false', 'prometheus.io/port': '8080' }, []],
  ['no port', { 'prometheus.io/scrape': 'true' }, []],
  ['a port that is none', { 'prometheus.io/scrape': 'true', 'prometheus.io/port': 'http' }, []],
  ['port 0', { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '0' }, []],
  ['port 65536', { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '65536' }, []],
  ['the merged page itself', page, []],
  [
    'a port',
    { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
    [{ name: 'app', port: 8080, path: '/metrics' }],
  ],
  [
    'a path',
    { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': '/m' },
    [{ name: 'app', port: 8080, path: '/m' }],
  ],
  [
    'a path without its slash',
    { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': 'm' },
    [{ name: 'app', port: 8080, path: '/m' }],
  ],
])('the target of annotations with %s is found', (_, annotations, targets) => {
  expect(annotatedTarget(pod({}, { annotations }))).toEqual(targets);
});

describe("the app's own page", () => {
  const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' };
  const scrapeOf = (fields: Partial<Plan>) => {
    const { template } = injected(pod({}, { annotations }), plan(fields));
    return containerOf(template, 'standpipe-metrics').env?.find(({ name }) => name === 'STANDPIPE_SCRAPE')?.value;
  };

  test('is given to the sidecar where its annotations were taken over', () => {
    expect(scrapeOf(exposed)).toBe('[{"name":"app","port":8080,"path":"/metrics"}]');
  });

  test('is not, where others were declared or the annotations stay', () => {
    expect(scrapeOf({ metrics: { ...plan().metrics, expose: 'annotations', scrapeDeclared: true } })).toBeUndefined();
    expect(scrapeOf({})).toBeUndefined();
  });
});

test.each([
  [undefined, 'standpipe-logs-state,standpipe-files-0'],
  ['', 'standpipe-logs-state,standpipe-files-0'],
  ['cache, tmp', 'cache,tmp,standpipe-logs-state,standpipe-files-0'],
  ['standpipe-files-0', 'standpipe-files-0,standpipe-logs-state'],
])('the volumes that do not hold up eviction, %s, become %s', (own, expected) => {
  const annotations = own === undefined ? {} : { [evictable]: own };
  expect(after(annotations, withLogs)).toEqual({ [evictable]: expected });
  const before = pod({}, { annotations });
  expect(remove(injected(before, plan(withLogs)).template)).toEqual(before);
});

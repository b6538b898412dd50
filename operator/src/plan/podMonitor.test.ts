import { expect, test } from 'vitest';
import { podMonitorOf } from './podMonitor.ts';
import { readSettings } from './settings.ts';
import { microservice, world } from './testing/builders.ts';

test('selects the pods of the Microservice and the page of their sidecar', () => {
  const { metrics } = microservice().spec;
  const settings = readSettings({ metrics: { podMonitorLabels: { release: 'prometheus' } } });
  const asked = microservice({ metrics: { ...metrics, expose: 'podMonitor' } });
  expect(podMonitorOf(world({ microservice: asked, settings }))).toEqual({
    labels: { release: 'prometheus' },
    selector: { matchLabels: { 'standpipe.dev/microservice': 'orders' } },
    podMetricsEndpoints: [{ port: 'standpipe', path: '/metrics' }],
  });
});

test('is there only where it was asked for', () => {
  expect(podMonitorOf(world())).toBe(null);
});

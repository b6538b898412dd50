import { expect, test } from 'vitest';
import { differOnlyByPlatform } from './platform.ts';
import { readSettings } from './settings.ts';
import { logging, logSink, microservice, plan, resolution, resources } from './testing/builders.ts';

const base = plan();
const sidecar = { ...base.sidecar, image: 'example.org/sidecar:2' };
const more = { ...resources, requests: { cpu: '1' } };

const logs = { source: 'stdout' as const, directories: [], drainSeconds: 10, stateBytes: 1, resources };

test.each([
  ['nothing', base, false],
  ['the image', plan({ sidecar }), true],
  ['the resources', plan({ metrics: { ...base.metrics, resources: more } }), true],
  ['what the team declared', plan({ containers: ['app'] }), false],
  ['the image and what the team declared', plan({ sidecar, containers: ['app'] }), false],
] as const)('Plans that differ by %s: %#', (_what, other, expected) => {
  expect(differOnlyByPlatform(base, other)).toBe(expected);
});

const withLogs = plan({ logs });
const withheld = plan({ logsWithheld: true });

test.each([
  ['the settings withhold them', withLogs, withheld, true],
  ['the settings no longer withhold them', withheld, withLogs, true],
  ['the team declares them', base, withLogs, false],
  ['the team declares them no longer', withLogs, base, false],
  ['the team declares another source', withLogs, plan({ logs: { ...logs, source: 'files' } }), false],
  ['the team declares something else too', withLogs, plan({ logsWithheld: true, containers: ['app'] }), false],
] as const)('Plans whose logs differ because %s: %#', (_why, before, after, expected) => {
  expect(differOnlyByPlatform(before, after)).toBe(expected);
});

test('turning the logs off and on in the settings is a change of the platform', () => {
  const declared = { microservice: microservice({ logging: logging({}) }), sinks: [logSink()] };
  const planned = (enabled: boolean) => resolution({ ...declared, settings: readSettings({ logs: { enabled } }) }).plan;
  const [on, off] = [planned(true), planned(false)];
  expect([on.logs === null, off.logs === null]).toEqual([false, true]);
  expect([differOnlyByPlatform(on, off), differOnlyByPlatform(off, on)]).toEqual([true, true]);
});

import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('has the image’s paths and ports without any variable', () => {
  expect(readSettings({})).toEqual({
    settings: {
      fluentBit: '/fluent-bit/bin/fluent-bit',
      configPath: '/etc/standpipe/logs.json',
      stateDir: '/var/lib/standpipe',
      podLogDir: '/var/log/standpipe-pod',
      drainSeconds: 10,
      terminationLog: '/dev/termination-log',
      pagePort: 9471,
      fluentBitPort: 9472,
    },
    problems: [],
  });
});

test('keeps the default of a variable that cannot be used, and says so', () => {
  const { settings, problems } = readSettings({ STANDPIPE_DRAIN_SECONDS: 'soon' });
  expect(settings.drainSeconds).toBe(10);
  expect(problems).toEqual([expect.stringContaining('STANDPIPE_DRAIN_SECONDS')]);
});

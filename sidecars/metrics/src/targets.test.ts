import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';
import { appPages } from './targets.ts';

const taps = JSON.stringify([{ name: 'http', listen: 8080, app: 18080, protocol: 'http' }]);
const pod = JSON.stringify([{ name: 'app', port: 9090, path: '/metrics' }]);
const settings = (env: object) => readSettings({ POD_IPS: 'fd00::5,10.0.0.5', STANDPIPE_TAPS: taps, ...env });

test('asks for a page of a tapped port at the port that the app was moved to', () => {
  expect(appPages([{ name: 'http', port: 8080, path: '/m' }], settings({}))).toEqual([
    { target: 'http', host: 'fd00::5', port: 18080, path: '/m' },
  ]);
});

test('adds what the pod declares, once', () => {
  const env = settings({ STANDPIPE_SCRAPE: pod });
  const named = (pages: readonly { target: string }[]) => pages.map(({ target }) => target);
  expect(named(appPages([{ name: 'http', port: 8080, path: '/m' }], env))).toEqual(['http', 'app']);
  expect(named(appPages([{ name: 'admin', port: 9090, path: '/metrics' }], env))).toEqual(['admin']);
  expect(named(appPages([{ name: 'app', port: 1, path: '/' }], env))).toEqual(['app']);
});

test('asks nobody without an address, and starts up all the same where nothing is tapped', () => {
  const env = settings({ POD_IPS: '', STANDPIPE_TAPS: '' });
  expect(appPages([{ name: 'http', port: 8080, path: '/m' }], env)).toEqual([]);
  expect(env).toMatchObject({ problems: [], tapProblems: [] });
});

test('tells problems that keep the app from being reached from all others', () => {
  const env = settings({ STANDPIPE_SCRAPE: '{}', STANDPIPE_READ_PATH: 'x', POD_IPS: '' });
  expect(env.tapProblems).toEqual([expect.stringContaining('POD_IPS')]);
  expect(env.problems).toEqual([
    expect.stringContaining('POD_IPS'),
    expect.stringContaining('STANDPIPE_SCRAPE'),
    expect.stringContaining('STANDPIPE_READ_PATH'),
  ]);
});

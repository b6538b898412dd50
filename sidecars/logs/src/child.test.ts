import { describe, expect, test } from 'vitest';
import { exitText, parseLine, startChild } from './child.ts';
import { createThrottle } from './throttle.ts';

describe('parseLine', () => {
  test.each([
    ['[2026/11/24 08:21:33.953] [error] [output:http:http.0] no upstream', 'error', '[output:http:http.0] no upstream'],
    ['[2026/11/24 08:21:33.953] [ warn] [engine] failed', 'warn', '[engine] failed'],
    ['[2026/11/24 08:21:33] [ info] ready', 'info', 'ready'],
    ['\u001b[1m[2026/11/24 08:21:33]\u001b[0m [\u001b[91merror\u001b[0m] bad', 'error', 'bad'],
  ])('reads %j', (raw, level, text) => {
    expect(parseLine(raw)).toEqual({ level, text });
  });

  test('leaves the banner out', () => {
    expect(parseLine('Fluent Bit v5.1.1')).toBeUndefined();
    expect(parseLine('')).toBeUndefined();
  });
});

describe('startChild', () => {
  const run = (script: string, onLine?: Parameters<typeof startChild>[0]['onLine']) =>
    startChild({ program: process.execPath, args: ['-e', script], ...(onLine === undefined ? {} : { onLine }) });

  test('tells how a process ended, and what it complained about last', async () => {
    const lines: string[] = [];
    const script = `for (const n of [1, 2, 3, 4]) console.error('[2026/11/24 08:00:00] [error] e' + n); process.exitCode = 3`;
    const exit = await run(script, ({ text }) => lines.push(text)).exit;
    expect(exitText(exit)).toBe('exit code 3: e2; e3; e4');
    expect(lines).toEqual(['e1', 'e2', 'e3', 'e4']);
  });

  test('tells the signal', async () => {
    const child = run('setInterval(() => {}, 1000)');
    child.kill('SIGKILL');
    expect(exitText(await child.exit)).toBe('signal SIGKILL');
    expect(child.ended).toBe(true);
  });

  test('tells that a program is not there', async () => {
    const exit = await startChild({ program: '/nowhere', args: [] }).exit;
    expect(exitText(exit)).toBe('could not be started: spawn /nowhere ENOENT');
  });

  test('hands on nothing of the environment but where certificates are', async () => {
    const lines: string[] = [];
    const script = `console.log('[2026/11/24 08:00:00] [info] ' + Object.keys(process.env))`;
    await run(script, ({ text }) => lines.push(text)).exit;
    expect(lines.join().split(',')).not.toContain('PATH');
    expect(lines.join().replaceAll(/SSL_CERT_(?:FILE|DIR)|,/g, '')).toBe('');
  });
});

test('a throttle lets so many through in a span, and says then how many it held back', () => {
  let now = 0;
  const passed: (number | string)[] = [];
  const throttle = createThrottle<number>({
    most: 2,
    spanMs: 10,
    pass: (value) => passed.push(value),
    heldBack: (count) => passed.push(`${count} held back`),
    now: () => now,
  });
  for (const at of [0, 1, 2, 3, 10, 11]) {
    now = at;
    throttle.take(at);
  }
  expect(passed).toEqual([0, 1, '2 held back', 10, 11]);
});

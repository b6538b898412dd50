import { beforeAll, describe, expect, test } from 'vitest';
import { ruleSets, rulesFileOf, ruleTestsFileOf } from '../../scripts/generate-alerts.ts';
import { run } from '../cluster/command.ts';
import { prometheusProgram } from '../support/prometheus.ts';

let promtool = '';

beforeAll(async () => {
  promtool = await prometheusProgram('promtool', () => {});
}, 300_000);

describe.each(ruleSets)('%s', (set) => {
  test('Prometheus takes the rules', async () => {
    expect(await run([promtool, 'check', 'rules', rulesFileOf(set)])).toMatchObject({ code: 0, stderr: '' });
  });

  test('each alert fires for its fault, and none while everything is well', async () => {
    const { code, stdout, stderr } = await run([promtool, 'test', 'rules', ruleTestsFileOf(set)]);
    expect(stdout + stderr).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});

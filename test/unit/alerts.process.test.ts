import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { rulesFile } from '../../scripts/generate-alerts.ts';
import { run } from '../cluster/command.ts';
import { prometheusProgram } from '../support/prometheus.ts';

let promtool = '';

beforeAll(async () => {
  promtool = await prometheusProgram('promtool', () => {});
}, 300_000);

test('Prometheus takes the rules', async () => {
  expect(await run([promtool, 'check', 'rules', rulesFile])).toMatchObject({ code: 0, stderr: '' });
});

test('each alert fires for its fault, and none while everything is well', async () => {
  const tests = join(import.meta.dirname, '../../deploy/alerts/standpipe-operator.tests.yaml');
  const { code, stdout, stderr } = await run([promtool, 'test', 'rules', tests]);
  expect(stdout + stderr).toContain('SUCCESS');
  expect(code).toBe(0);
});

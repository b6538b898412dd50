import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OperatorMetrics } from '../../operator/src/observe/metrics.ts';
import {
  generatePrometheusRules,
  prometheusRulesFile,
  ruleSets,
  ruleTestsFileOf,
} from '../../scripts/generate-alerts.ts';
import { alertRulesOf, metricsIn } from '../support/alertRules.ts';

const docs = join(import.meta.dirname, '../../docs');
const runbook = readFileSync(join(docs, 'guide/alerts.md'), 'utf8');
const reference = readFileSync(join(docs, 'reference/metrics.md'), 'utf8');
const exported = new OperatorMetrics('controller').registry.getMetricsAsArray().map(({ name }) => name);
const alerts = ruleSets.flatMap((set) => alertRulesOf(set).map((rule) => ({ ...rule, set })));

test('the names of metrics are found in an expression', () => {
  const expr = 'sum by (a) (rate(x_total{b=~"c|d"}[5m]) and on (job) y) / count(z:w) > bool 0.1 unless min(q) < 1e3';
  expect(metricsIn(expr)).toEqual(['x_total', 'y', 'z:w', 'q']);
});

test('the PrometheusRules have the rules of the files', () => {
  expect(readFileSync(prometheusRulesFile, 'utf8')).toBe(generatePrometheusRules());
});

test('the page of alerts has a section for each rule, in the same order, and no other', () => {
  const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(alerts.map(({ alert }) => alert));
});

test.each(alertRulesOf('standpipe-operator'))(
  '$alert reads what the operator exports and the reference lists',
  (rule) => {
    const names = metricsIn(rule.expr);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !exported.includes(name) || !reference.includes(`\`${name}\``))).toEqual([]);
  },
);

describe.each(alerts)('$alert', ({ alert, set, expr, labels, annotations }) => {
  test('is seen firing in the tests of its rules', () => {
    expect(readFileSync(ruleTestsFileOf(set), 'utf8')).toContain(`alertname="${alert}"`);
  });

  test('says what is wrong, what to do, and where more is', () => {
    expect(annotations.summary.replaceAll(/\{\{.*?\}\}/g, 'value')).toMatch(/^\S.{10,100}$/);
    expect(annotations.description).toMatch(/\.$/);
    expect(annotations.runbook_url.split('/docs/')[1]).toBe(`guide/alerts.md#${alert.toLowerCase()}`);
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
  });

  test('names in its texts only labels that its expression keeps', () => {
    const used = [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, label = '']) => label);
    const kept = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
    expect(used.filter((label) => !kept.includes(label))).toEqual([]);
  });
});

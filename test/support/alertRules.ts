import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { rulesFile } from '../../scripts/generate-alerts.ts';

/** The alerts that are delivered, and the names of the metrics that they read. */

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}

const file = parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: AlertRule[] }[] };

export const alertRules: readonly AlertRule[] = file.groups.flatMap(({ rules }) => rules);

/** Words of PromQL that are followed by no parenthesis: https://prometheus.io/docs/prometheus/latest/querying/operators/ */
const operators = new Set(['and', 'or', 'unless', 'bool', 'offset', 'sum', 'min', 'max', 'count', 'avg']);

/** The names of metrics in an expression of PromQL. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !operators.has(name)))];
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type RuleSet, ruleSets, rulesFileOf } from '../../scripts/generate-alerts.ts';

/** The rules that are delivered, and the names of the metrics that they read. */

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

const rules = new Map<RuleSet, readonly (AlertRule | RecordingRule)[]>(ruleSets.map((set) => [set, read(set)]));

function read(set: RuleSet): readonly (AlertRule | RecordingRule)[] {
  const file = parse(readFileSync(rulesFileOf(set), 'utf8')) as { groups: { rules: (AlertRule | RecordingRule)[] }[] };
  return file.groups.flatMap((group) => group.rules);
}

/** The alerts of a set, in their order. */
export function alertRulesOf(set: RuleSet): readonly AlertRule[] {
  return (rules.get(set) ?? []).filter((rule) => 'alert' in rule);
}

/** The recording rules of a set. */
export function recordingRulesOf(set: RuleSet): readonly RecordingRule[] {
  return (rules.get(set) ?? []).filter((rule) => 'record' in rule);
}

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

/** Writes the PrometheusRules from deploy/alerts, for clusters with the Prometheus operator. `node scripts/generate-alerts.ts` */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const deploy = join(import.meta.dirname, '../deploy');

/** The sets of rules: those on the operator itself, and those on services and their sidecars. */
export const ruleSets = ['standpipe-operator', 'standpipe-services'] as const;
export type RuleSet = (typeof ruleSets)[number];

/** What Prometheus itself reads. */
export const rulesFileOf = (set: RuleSet): string => join(deploy, `alerts/${set}.rules.yaml`);
/** What promtool tests the rules with. */
export const ruleTestsFileOf = (set: RuleSet): string => join(deploy, `alerts/${set}.tests.yaml`);
/** All rules, as objects of the Prometheus operator. */
export const prometheusRulesFile = join(deploy, 'components/prometheus-operator/prometheusrules.yaml');

/** The text of the PrometheusRules. */
export function generatePrometheusRules(): string {
  const comment = '# Generated from deploy/alerts/*.rules.yaml by scripts/generate-alerts.ts: change those.\n';
  return comment + ruleSets.map((set) => stringify(prometheusRule(set), { lineWidth: 128 })).join('---\n');
}

function prometheusRule(set: RuleSet): object {
  const { groups } = parse(readFileSync(rulesFileOf(set), 'utf8')) as { readonly groups: unknown };
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: set, namespace: 'standpipe-system' },
    spec: { groups },
  };
}

if (import.meta.main) writeFileSync(prometheusRulesFile, generatePrometheusRules());

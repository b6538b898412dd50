/** Writes the PrometheusRule from deploy/alerts, for clusters with the Prometheus operator. `node scripts/generate-alerts.ts` */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const deploy = join(import.meta.dirname, '../deploy');

/** What Prometheus itself reads. */
export const rulesFile = join(deploy, 'alerts/standpipe-operator.rules.yaml');
/** The same, as an object of the Prometheus operator. */
export const prometheusRuleFile = join(deploy, 'components/prometheus-operator/prometheusrule.yaml');

/** The text of the PrometheusRule. */
export function generatePrometheusRule(): string {
  const { groups } = parse(readFileSync(rulesFile, 'utf8')) as { readonly groups: unknown };
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'standpipe-operator', namespace: 'standpipe-system' },
    spec: { groups },
  };
  const comment =
    '# Generated from deploy/alerts/standpipe-operator.rules.yaml by scripts/generate-alerts.ts: change that.\n';
  return comment + stringify(rule, { lineWidth: 128 });
}

if (import.meta.main) writeFileSync(prometheusRuleFile, generatePrometheusRule());

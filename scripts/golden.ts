/** Rewrites every file that is generated or expected. The difference is to be reviewed, not trusted. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainedCases, explanationOf, goldenCases, goldenFolder, goldenOf } from '../operator/src/cli/golden.ts';

for (const script of [
  'generate-types.ts',
  'generate-reference.ts',
  'generate-reasons.ts',
  'generate-alerts.ts',
  'generate-dashboards.ts',
]) {
  execFileSync(process.execPath, [join(import.meta.dirname, script)], { stdio: 'inherit' });
}
for (const name of goldenCases) {
  const { output, report } = goldenOf(name);
  writeFileSync(join(goldenFolder, name, 'output.golden.yaml'), output);
  writeFileSync(join(goldenFolder, name, 'report.txt'), report);
}
for (const name of explainedCases) writeFileSync(join(goldenFolder, name, 'explanation.txt'), explanationOf(name));
console.log(`wrote types, reference pages and the golden files of ${goldenCases.length} cases`);

/** Rewrites every file that is generated or expected. The difference is to be reviewed, not trusted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenCases, goldenFolder, goldenOf } from '../operator/src/cli/golden.ts';

for (const name of goldenCases) {
  const { output, report } = goldenOf(name);
  writeFileSync(join(goldenFolder, name, 'output.golden.yaml'), output);
  writeFileSync(join(goldenFolder, name, 'report.txt'), report);
}
console.log(`wrote the golden files of ${goldenCases.length} cases`);

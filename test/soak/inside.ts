/** The run itself, inside the network of a cluster: started by main.ts. Ends with 1 after a breach. */

import { readOptions } from './options.ts';
import { allBreaches, report } from './report.ts';
import { soak } from './soak.ts';

const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
const outcome = await soak({ ...readOptions(process.argv.slice(2)), say });
console.log(`\n${report(outcome)}\n`);
const breaches = allBreaches(outcome);
for (const breach of breaches.slice(0, 50)) console.log(`BREACH: ${breach}`);
if (breaches.length > 50) console.log(`and ${breaches.length - 50} more`);
process.exitCode = breaches.length > 0 ? 1 : 0;

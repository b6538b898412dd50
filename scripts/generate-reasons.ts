/** Writes docs/reference/reasons.md from the table of reason codes. `node scripts/generate-reasons.ts` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Reason, reasons } from '../operator/src/api/reasons.ts';

export const reasonsFile = join(import.meta.dirname, '../docs/reference/reasons.md');

const headings = {
  skip: 'Why a pod is admitted as it is',
  tap: 'Why inbound traffic is or is not counted',
  state: 'States of objects',
} as const;

/** The text of the page. */
export function generateReasons(): string {
  const sections = Object.entries(headings).map(([kind, heading]) => {
    const codes = (Object.keys(reasons) as Reason[]).filter((code) => reasons[code].kind === kind);
    const rows = codes.map((code) => `| \`${code}\` | ${reasons[code].text.replaceAll('|', '\\|')} |`);
    return `## ${heading}\n\n| Code | Meaning |\n| --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Reasons

<!-- Generated from operator/src/api/reasons.ts by scripts/generate-reasons.ts: change that. -->

Each of these codes means the same wherever it stands: as the reason of a condition, of an Event, as a label of
\`standpipe_injection_total\`, in the log and in what \`standpipe inject\` and \`standpipe explain\` say.

${sections.join('\n')}`;
}

if (import.meta.main) writeFileSync(reasonsFile, generateReasons());

/** A test that failed, and the message it failed with. */
export interface Failure {
  test: string;
  why: string;
}

/** What became of the tests of a run. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  failures: Failure[];
}

/** How many lines of a failure's message are repeated at the end of a run: the whole stands further up. */
const messageLines = 8;

/** Adds up the tallies that a reporter wrote to a file, one JSON object a line. */
export function total(lines: string): Tally {
  const sum: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const one = JSON.parse(line) as Tally;
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += one[key];
    sum.failures.push(...one.failures);
  }
  return sum;
}

/** Each failure with the beginning of its message: what one looks for at the end of a long log. */
export function listed(failures: readonly Failure[]): string {
  return failures
    .map(({ test, why }) => {
      const lines = why.split('\n');
      const shown = lines.length > messageLines ? [...lines.slice(0, messageLines), '…'] : lines;
      return [`  ${test}`, ...shown.map((line) => `      ${line}`)].join('\n');
    })
    .join('\n');
}

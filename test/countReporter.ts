import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line, and adds the counts to a file where a run of several tiers sums them up. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A file that could not be loaded has no tests to fail.
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) counts.failed += 1;
    }
    counts.failed += errors.length;
    const file = process.env.STANDPIPE_TEST_COUNTS;
    if (file === undefined) console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    else appendFileSync(file, `${JSON.stringify(counts)}\n`);
  }
}

import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Failure, Tally } from './tally.ts';

/** Ends a run with one plain line, and adds its tally to a file where a run of several tiers sums them up. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): void {
    const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
    const fail = (failure: Failure) => {
      tally.failed += 1;
      tally.failures.push(failure);
    };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'failed') fail({ test: nameOf(test), why: whyOf(test.result().errors) });
        else tally[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A file that could not be loaded has no tests to fail.
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) {
        fail({ test: module.relativeModuleId, why: whyOf(module.errors()) });
      }
    }
    for (const { message } of errors) fail({ test: 'outside of any test', why: message });
    const file = process.env.STANDPIPE_TEST_COUNTS;
    if (file === undefined) console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
    else appendFileSync(file, `${JSON.stringify(tally)}\n`);
  }
}

const nameOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`;

const whyOf = (errors: readonly { message: string }[] = []) => errors.map(({ message }) => message).join('\n');

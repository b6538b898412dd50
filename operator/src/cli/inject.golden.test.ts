import { describe, expect, test } from 'vitest';
import { goldenCases, goldenOf, goldenText } from './golden.ts';

describe.each(goldenCases)('standpipe inject of %s', (name) => {
  const { output, report } = goldenOf(name);

  test('gives the manifests of the golden file', () => {
    expect(output).toBe(goldenText(name, 'output.golden.yaml'));
  });

  test('says what the golden file says', () => {
    expect(report).toBe(goldenText(name, 'report.txt'));
  });

  test('gives the same when it is given its own output', () => {
    expect(goldenOf(name, output).output).toBe(output);
  });
});

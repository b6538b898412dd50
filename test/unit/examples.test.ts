import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readCrds } from '../../operator/src/api/crds.ts';
import { compileChecker, kindOf } from '../../operator/src/api/schema.ts';

/** The manifests of the examples, checked as the API server would under strict field validation. */

const examples = join(import.meta.dirname, '..', '..', 'examples');
const checker = compileChecker(readCrds());

const files = globSync('**/*.yaml', { cwd: examples }).sort();
const documents = (file: string): readonly unknown[] =>
  parseAllDocuments(readFileSync(join(examples, file), 'utf8')).map((document) => document.toJS());

describe.each(files)('%s', (file) => {
  test('holds objects that have a kind and a name', () => {
    for (const object of documents(file)) {
      expect(object).toMatchObject({
        apiVersion: expect.any(String),
        kind: expect.any(String),
        metadata: { name: expect.any(String) },
      });
    }
  });

  test('holds objects of Standpipe that the API server accepts', () => {
    for (const object of documents(file)) {
      const kind = kindOf(object);
      if (kind !== undefined) expect(checker.check(kind, object)).toMatchObject({ valid: true });
    }
  });
});

test('the services of the examples know nothing of Standpipe', () => {
  const sources = globSync('*/src/**/*.ts', { cwd: examples });
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources) expect(readFileSync(join(examples, source), 'utf8')).not.toMatch(/standpipe/i);
});

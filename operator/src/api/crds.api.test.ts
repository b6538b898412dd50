import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCrds } from './crds.ts';
import { kinds } from './meta.ts';
import { allRules } from './rules.ts';
import { compileChecker } from './schema.ts';
import { storedSchema } from './structural.ts';
import { allCases } from './testing/all.ts';
import { installCrds, testConnection, tryCreate } from './testing/server.ts';

const crds = readCrds();
const checker = compileChecker(crds);
const connection = testConnection();

beforeAll(async () => {
  await installCrds(kinds.map((kind) => crds[kind]));
}, 60_000);
afterAll(async () => {
  await connection.close();
});

describe.each(kinds)('the API server with the definition of %s', (kind) => {
  const cases = allCases.filter((candidate) => candidate.kind === kind);
  const ruleMessages = new Set(allRules(storedSchema(crds[kind])).map(({ message }) => message));

  test.each(cases)('$name', async ({ object, broken }) => {
    const { problems, message } = await tryCreate(connection, crds[kind], object);
    expect([...new Set(problems.map(({ field }) => field))].sort(), message).toEqual(
      broken.map(([field]) => field).sort(),
    );
    const checked = checker.check(kind, JSON.parse(JSON.stringify(object)));
    const rulesBroken = checked.valid ? [] : checked.problems.filter((problem) => ruleMessages.has(problem.message));
    for (const rule of rulesBroken) {
      const said = problems.filter(({ field }) => field === rule.field).map((problem) => problem.message);
      expect(
        said.some((text) => text.endsWith(rule.message)),
        message,
      ).toBe(true);
    }
  });

  test.each(cases.filter(({ broken }) => broken.length === 0))(
    'fills in the same defaults where it $name',
    async ({ object }) => {
      const { object: created } = await tryCreate(connection, crds[kind], object);
      const checked = checker.check(kind, JSON.parse(JSON.stringify(object)));
      expect(checked.valid && checked.object.spec).toEqual((created as { readonly spec: unknown }).spec);
    },
  );
});

/**
 * One Microservice is declared over and over, by specs that chance makes from the schema: right ones, ones that
 * contradict the cluster, and ones that are no specs at all. After each:
 *
 * - the API server and the offline check agree on whether it is one,
 * - a refused spec has changed nothing; a contradictory one has changed nothing that runs, says which field it is, and the
 *   way back to the spec before it writes nothing,
 * - anything else has led where it would have led a Microservice that has just been created, and pods with its Plan are
 *   taken by the API server; a workload was rolled where its marks changed, and nowhere else,
 * - the objects of a neighbour are the very same, and the status of another Microservice follows its changes.
 *
 * STANDPIPE_SEED and STANDPIPE_SEQUENCES choose other runs.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCrds } from '../../operator/src/api/crds.ts';
import { compileChecker } from '../../operator/src/api/schema.ts';
import { storedSchema } from '../../operator/src/api/structural.ts';
import { Connection } from '../../operator/src/kube/connection.ts';
import { testClient, testConfig } from '../../operator/src/kube/testing/apiServer.ts';
import { platform } from '../api/platform.ts';
import { dropNamespace, kubectl } from '../e2e/kubectl.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { Sequence } from './sequence.ts';
import { anySpec } from './specs.ts';

const seed = Number(process.env.STANDPIPE_SEED ?? 20_261_124);
const sequences = Number(process.env.STANDPIPE_SEQUENCES ?? 8);
const steps = 20;

const operator = new OperatorProcesses();
const client = testClient();
const connection = new Connection(testConfig());
const crds = readCrds();
const parts = { client, connection, checker: compileChecker(crds) };

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  await kubectl(['apply', '-f', '-'], platform);
});
afterAll(async () => {
  await operator.stop();
  await connection.close();
  await client.close();
});

test('any sequence of specs ends where its last one would have led from the start', async () => {
  console.log(`seed ${seed}: ${sequences} sequences of ${steps}`);
  const { spec } = storedSchema(crds.Microservice).properties ?? {};
  const sequence = fc.array(anySpec(spec ?? {}), { minLength: steps, maxLength: steps });
  const chosen = fc.sample(sequence, { seed, numRuns: sequences });
  const failures: string[] = [];
  const runs = await Promise.all(
    chosen.map(async (specs, i) => {
      const run = await Sequence.begin(parts);
      await run.run(specs).catch((error: Error) => failures.push(`sequence ${i}, ${error.message}`));
      for (const namespace of run.namespaces) await dropNamespace(namespace);
      return run.tally;
    }),
  );
  const sum = (of: (tally: (typeof runs)[number]) => number) => runs.reduce((total, tally) => total + of(tally), 0);
  const [refused, contradictory, ready] = [sum((t) => t.refused), sum((t) => t.contradictory), sum((t) => t.ready)];
  const pulses = runs.flatMap((tally) => tally.pulses).toSorted((a, b) => a - b);
  console.log({ refused, contradictory, ready, pulse: [pulses[pulses.length >> 1], pulses.at(-1)] });
  const reasons = Map.groupBy(
    runs.flatMap((tally) => tally.reasons),
    (reason) => reason,
  );
  console.log(Object.fromEntries([...reasons].map(([reason, all]) => [reason, all.length])));
  expect(failures).toEqual([]);
  // A generator that has come to make one sort only would prove little.
  expect(Math.min(refused, contradictory, ready)).toBeGreaterThan((sequences * steps) / 20);
}, 600_000);

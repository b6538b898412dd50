import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allBreaches, report } from './report.ts';
import { soak } from './soak.ts';

test('services are churned, the operator is disturbed, and no pod and no status is missed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'standpipe-soak-'));
  const seed = Number(process.env.STANDPIPE_SEED ?? Date.now() % 1_000_000);
  const outcome = await soak({ minutes: 1, services: 20, rate: 3, seed, folder, say: console.log });
  console.log(report(outcome));
  expect(allBreaches(outcome), `seed ${seed}`).toEqual([]);
  expect(outcome.fates.injected).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});

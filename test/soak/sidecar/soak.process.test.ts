import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allSidecarBreaches } from './report.ts';
import { soakSidecar } from './soak.ts';

test('clients of all kinds come and go, and nothing is lost, miscounted or kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'standpipe-soak-'));
  const seed = Number(process.env.STANDPIPE_SEED ?? Date.now() % 1_000_000);
  const fixed = { minutes: 0.1, clients: 12, readPath: 'auto', source: 'src', folder } as const;
  const outcome = await soakSidecar({ ...fixed, seed, say: () => {} });
  expect(allSidecarBreaches(outcome), `seed ${seed}`).toEqual([]);
  expect(outcome.exchanges).toBeGreaterThan(200);
  rmSync(folder, { recursive: true });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { configFor, fluentBit, ledger, numbered, type Sidecar, startSidecar } from './testing/sidecar.ts';
import { type Sink, startSink } from './testing/sink.ts';

vi.setConfig({ testTimeout: 60_000 });

const open: { sidecar: Sidecar; sink: Sink }[] = [];

afterEach(async () => {
  for (const { sidecar, sink } of open.splice(0)) {
    await sidecar.dispose();
    await sink.close();
  }
});

async function running(drainSeconds = 20) {
  const sink = await startSink();
  const sidecar = await startSidecar({ drainSeconds });
  open.push({ sidecar, sink });
  sidecar.configure(configFor(sidecar, sink));
  await sidecar.until('Fluent Bit runs', ({ fluentBit }) => fluentBit.state === 'running');
  return { sidecar, sink, log: join(sidecar.files, 'app.log') };
}

describe.skipIf(fluentBit === undefined)('the drain (needs a Fluent Bit program)', () => {
  test.each([1000, 100_000])('ships a burst of %i lines that ends with the app', async (count) => {
    const { sidecar, sink, log } = await running();
    writeFileSync(log, numbered(0, count));
    const { code, report } = await sidecar.terminate();
    expect(report).toMatchObject({ state: 'complete', linesLeft: 0 });
    expect(ledger(sink, count).lost).toBe(0);
    expect(code).toBe(0);
  });
});

import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sampleLogs } from '../../../operator/src/config/logs.sample.ts';
import type { LogsConfig } from '../../../operator/src/config/logs.ts';
import { dryRun, probeStart } from './check.ts';
import { sumOf } from './scrape.ts';
import {
  configFor,
  fluentBit,
  ledger,
  numbered,
  type Sidecar,
  type SidecarOptions,
  startSidecar,
} from './testing/sidecar.ts';
import { type Sink, startSink } from './testing/sink.ts';

vi.setConfig({ testTimeout: 60_000 });

const sidecars: Sidecar[] = [];
const sinks: Sink[] = [];

afterEach(async () => {
  for (const sidecar of sidecars.splice(0)) await sidecar.dispose();
  for (const sink of sinks.splice(0)) await sink.close();
});

async function started(options: SidecarOptions = {}): Promise<Sidecar> {
  const sidecar = await startSidecar(options);
  sidecars.push(sidecar);
  return sidecar;
}

async function sinkStarted(): Promise<Sink> {
  const sink = await startSink();
  sinks.push(sink);
  return sink;
}

/**
 * The number of dropped records, once so many have been read and it stands still: the numbers on Fluent Bit's page are those
 * of up to a second ago.
 */
async function standingDrops(sidecar: Sidecar, read: number): Promise<number> {
  let before = -1;
  for (;;) {
    const page = await sidecar.metrics();
    const dropped = sumOf(page, 'standpipe_logs_records_dropped_total') ?? 0;
    if (sumOf(page, 'standpipe_logs_records_read_total') === read && dropped > 0 && dropped === before) return dropped;
    before = dropped;
    await sleep(2500);
  }
}

const isRunning = ({ fluentBit }: { fluentBit: { state: string } }) => fluentBit.state === 'running';

describe('without what it needs', () => {
  test('waits without a configuration, and ends at once', async () => {
    const sidecar = await started();
    const status = await sidecar.until('the page answers', () => true);
    expect(status).toMatchObject({ generation: null, fluentBit: { state: 'waiting' } });
    expect(await sidecar.terminate()).toMatchObject({ code: 0, report: { state: 'complete' } });
  });

  test('stays up without a Fluent Bit program, says so, and counts every line as left', async () => {
    const sink = await sinkStarted();
    const sidecar = await started({ program: '/nowhere/fluent-bit' });
    sidecar.configure(configFor(sidecar, sink));
    writeFileSync(join(sidecar.files, 'app.log'), numbered(0, 7));
    const { fluentBit } = await sidecar.until('it says so', (status) => status.fluentBit.lastExit !== undefined);
    expect(fluentBit.lastExit).toContain('could not be started: spawn /nowhere/fluent-bit ENOENT');
    expect(sumOf(await sidecar.metrics(), 'standpipe_logs_up')).toBe(0);
    const { code, report } = await sidecar.terminate();
    expect({ code, ...report }).toMatchObject({ code: 1, state: 'incomplete', linesLeft: 7, reason: 'NoFluentBit' });
  });
});

describe.skipIf(fluentBit === undefined)('the supervisor (needs a Fluent Bit program)', () => {
  test('starts a killed Fluent Bit again without losing a line', async () => {
    const sink = await sinkStarted();
    const sidecar = await started();
    sidecar.configure(configFor(sidecar, sink));
    const log = join(sidecar.files, 'app.log');
    for (let round = 0; round < 3; round += 1) {
      const { fluentBit } = await sidecar.until('Fluent Bit runs', isRunning);
      appendFileSync(log, numbered(round * 5000, (round + 1) * 5000));
      process.kill(fluentBit.pid ?? 0, 'SIGKILL');
      await sidecar.until(
        'it is started again',
        (status) => status.fluentBit.restarts === round + 1 && isRunning(status),
      );
    }
    expect(await sidecar.terminate()).toMatchObject({ code: 0 });
    expect(ledger(sink, 15_000).lost).toBe(0);
  });

  test('takes up a new configuration without losing a line', async () => {
    const [before, after] = [await sinkStarted(), await sinkStarted()];
    const sidecar = await started();
    const log = join(sidecar.files, 'app.log');
    sidecar.configure(configFor(sidecar, before));
    writeFileSync(log, numbered(0, 5000));
    const old = await sidecar.until('the first is in use', isRunning);
    sidecar.configure(configFor(sidecar, after, { generation: 'second' }));
    appendFileSync(log, numbered(5000, 10_000));
    const now = await sidecar.until('the second is in use', (status) => status.generation === 'second');
    appendFileSync(log, numbered(10_000, 15_000));
    expect(now.fluentBit).toMatchObject({ state: 'running', restarts: 0 });
    expect(now.fluentBit.pid).not.toBe(old.fluentBit.pid);
    expect(await sidecar.terminate()).toMatchObject({ code: 0 });
    const both = { ...after, records: [...before.records, ...after.records] };
    expect(ledger(both, 15_000).lost).toBe(0);
    expect(after.records).not.toEqual([]);
  });

  test('keeps the old configuration when the new one is unusable, and says why', async () => {
    const sink = await sinkStarted();
    const sidecar = await started();
    const config = configFor(sidecar, sink);
    sidecar.configure(config);
    const old = await sidecar.until('Fluent Bit runs', isRunning);
    sidecar.configure({ ...config, generation: 'bad', sink: { ...config.sink, host: 'a b' } });
    const { problems } = await sidecar.until('it is refused', (status) => status.problems.length > 0);
    expect(problems).toEqual([expect.stringContaining('sink.host must be')]);
    expect(sumOf(await sidecar.metrics(), 'standpipe_logs_configuration_refused')).toBe(1);
    expect(await sidecar.status()).toMatchObject({ generation: 'first', fluentBit: old.fluentBit });
  });

  test('keeps the old configuration when the new one cannot be written', async () => {
    const sink = await sinkStarted();
    const sidecar = await started();
    sidecar.configure(configFor(sidecar, sink));
    const old = await sidecar.until('Fluent Bit runs', isRunning);
    rmSync(join(sidecar.state, 'fluent-bit.next.yaml'), { force: true });
    chmodSync(sidecar.state, 0o555);
    sidecar.configure(configFor(sidecar, sink, { generation: 'second' }));
    const now = await sidecar.until('it is refused', (status) => status.refused !== null);
    chmodSync(sidecar.state, 0o755);
    expect(now).toMatchObject({ generation: 'first', refused: { generation: 'second' }, fluentBit: old.fluentBit });
  });

  test('goes on as before in a restarted container whose configuration is unusable', async () => {
    const sink = await sinkStarted();
    const first = await started();
    first.configure(configFor(first, sink));
    await first.until('Fluent Bit runs', isRunning);
    writeFileSync(join(first.files, 'app.log'), numbered(0, 1000));
    await first.kill();
    const second = await started({ after: first });
    second.configure('{');
    const status = await second.until('it goes on', isRunning);
    expect(status.generation).toBe('first');
    expect(await second.terminate()).toMatchObject({ code: 0 });
    expect(ledger(sink, 1000).lost).toBe(0);
  });

  test('counts what it gives up when the oldest are to be dropped', async () => {
    const sink = await sinkStarted();
    const sidecar = await started({ drainSeconds: 10 });
    await sink.down();
    sidecar.configure(configFor(sidecar, sink, { buffer: { sizeBytes: 5 << 20, whenFull: 'dropOldest' } }));
    await sidecar.until('Fluent Bit runs', isRunning);
    writeFileSync(join(sidecar.files, 'app.log'), numbered(0, 60_000));
    const count = await standingDrops(sidecar, 60_000);
    await sink.up();
    expect(await sidecar.terminate()).toMatchObject({ code: 0, report: { linesLeft: 0 } });
    expect(ledger(sink, 60_000).lost).toBe(count);
  });

  test('shows its own numbers and Fluent Bit’s on one page', async () => {
    const sink = await sinkStarted();
    const sidecar = await started();
    sidecar.configure(configFor(sidecar, sink));
    writeFileSync(join(sidecar.files, 'app.log'), numbered(0, 100));
    await sidecar.until('Fluent Bit runs', isRunning);
    const delivered = async () => sumOf(await sidecar.metrics(), 'standpipe_logs_records_delivered_total');
    await vi.waitUntil(async () => (await delivered()) === 100, { timeout: 10_000, interval: 200 });
    const page = await sidecar.metrics();
    expect(page).toContain('standpipe_logs_configuration_info{generation="first"} 1');
    expect(page).toMatch(/^fluentbit_input_records_total\{/m);
    expect(sumOf(page, 'standpipe_logs_up')).toBe(1);
    expect(sumOf(page, 'standpipe_logs_unread_bytes')).toBe(0);
  });
});

describe.skipIf(fluentBit === undefined)('checks of a configuration (need a Fluent Bit program)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'standpipe-check-'));
  const options = {
    program: fluentBit ?? '',
    config: sampleLogs,
    configFile: join(directory, 'fluent-bit.yaml'),
    stateDir: directory,
    signal: new AbortController().signal,
  };

  test('the dry run refuses what is no configuration', async () => {
    writeFileSync(options.configFile, 'pipeline:\n  inputs:\n    - name: nosuchplugin\n');
    expect(await dryRun(options)).toMatchObject({ result: 'refused', step: 'dry run' });
  });

  test('the probe start refuses values that only a start finds out', async () => {
    const config: LogsConfig = { ...sampleLogs, buffer: { sizeBytes: Number.NaN, whenFull: 'dropOldest' } };
    expect(await probeStart({ ...options, config })).toMatchObject({ result: 'refused', step: 'probe start' });
  });

  test('the probe start accepts a good configuration', async () => {
    expect(await probeStart(options)).toEqual({ result: 'accepted' });
  });

  test('a check that is ended early says nothing about the configuration', async () => {
    const signal = AbortSignal.timeout(100);
    expect(await probeStart({ ...options, signal })).toMatchObject({ result: 'unavailable' });
  });
});

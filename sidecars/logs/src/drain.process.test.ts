import { appendFileSync, chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { LogsConfig } from '../../../operator/src/config/logs.ts';
import { configFor, fluentBit, ledger, numbered, startSidecar } from './testing/sidecar.ts';
import { startSink } from './testing/sink.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Starts a sidecar and its sink, for as long as the test goes on. */
async function started({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, drainSeconds = 20) {
  const sink = await startSink();
  const sidecar = await startSidecar({ drainSeconds });
  onTestFinished(async () => {
    await sidecar.dispose();
    await sink.close();
  });
  return { sidecar, sink, log: join(sidecar.files, 'app.log') };
}

/** The same, with Fluent Bit running under a configuration. */
async function running(
  context: Pick<TestContext, 'onTestFinished'>,
  changes: Partial<LogsConfig> = {},
  drainSeconds = 20,
) {
  const all = await started(context, drainSeconds);
  all.sidecar.configure(configFor(all.sidecar, all.sink, changes));
  await all.sidecar.until('Fluent Bit runs', ({ fluentBit }) => fluentBit.state === 'running');
  return all;
}

const complete = { code: 0, report: { state: 'complete', linesLeft: 0 } };

describe.skipIf(fluentBit === undefined)('the drain (needs a Fluent Bit program)', () => {
  test.for([1000, 100_000])('ships a burst of %i lines that ends with the app', async (count, context) => {
    const { sidecar, sink, log } = await running(context);
    writeFileSync(log, numbered(0, count));
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, count)).toEqual({ lost: 0, again: 0 });
  });

  test('ships a file that appears 0.3 s before SIGTERM', async (context) => {
    const { sidecar, sink, log } = await running(context);
    await sleep(1500);
    writeFileSync(log, numbered(0, 1000));
    await sleep(300);
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 1000).lost).toBe(0);
  });

  test('ships a last line without its newline', async (context) => {
    const { sidecar, sink, log } = await running(context);
    writeFileSync(log, `${numbered(0, 10)}{"seq":10}`);
    chmodSync(log, 0o666);
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 11).lost).toBe(0);
  });

  test('ships a last line without its newline from a file that it may not write', async (context) => {
    const { sidecar, sink, log } = await running(context);
    writeFileSync(log, `${numbered(0, 10)}{"seq":10}`);
    chmodSync(log, 0o444);
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 11)).toEqual({ lost: 0, again: 0 });
    expect(sink.records).toContainEqual(
      expect.objectContaining({ seq: 10, file: `${sidecar.state}/ends${log}`, microservice: 'orders' }),
    );
  });

  test('counts a line of the node’s files that its writer never completed', async (context) => {
    const { sidecar, sink } = await running(context, { source: 'stdout', files: [] });
    mkdirSync(join(sidecar.podLogs, 'app'));
    const whole = '2026-11-24T08:00:00.123456789Z stdout F {"seq":0}\n';
    writeFileSync(join(sidecar.podLogs, 'app', '0.log'), whole + whole.slice(0, -8));
    const { code, report } = await sidecar.terminate();
    expect({ code, ...report }).toMatchObject({ code: 1, state: 'incomplete', linesLeft: 1, reason: 'NotRead' });
    expect(ledger(sink, 1).lost).toBe(0);
  });

  test('ships everything to a slow sink', async (context) => {
    const { sidecar, sink, log } = await running(context);
    sink.answer(200, 300);
    writeFileSync(log, numbered(0, 50_000));
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 50_000).lost).toBe(0);
  });

  test.concurrent.for(['down', 'busy'] as const)(
    'waits for a sink that is %s until it is back',
    async (how, context) => {
      const { sidecar, sink, log } = await running(context);
      if (how === 'down') await sink.down();
      else sink.answer(503);
      writeFileSync(log, numbered(0, 20_000));
      const outcome = sidecar.terminate();
      await sleep(10_000);
      expect(sidecar.report()).toMatchObject({ state: 'draining', linesLeft: 20_000 });
      if (how === 'down') await sink.up();
      else sink.answer(200);
      expect(await outcome).toMatchObject(complete);
      expect(ledger(sink, 20_000).lost).toBe(0);
    },
  );

  test.concurrent.for([1000, 100_000])('counts all of %i lines when the sink stays away', async (count, context) => {
    const { sidecar, sink, log } = await running(context, {}, 5);
    await sink.down();
    writeFileSync(log, numbered(0, count));
    const { code, report } = await sidecar.terminate();
    expect({ code, ...report }).toMatchObject({ code: 1, state: 'incomplete', linesLeft: count });
  });

  test('counts what the sink refuses for good', async (context) => {
    const { sidecar, sink, log } = await running(context);
    sink.answer(400);
    writeFileSync(log, numbered(0, 500));
    const { code, report } = await sidecar.terminate();
    expect({ code, ...report }).toMatchObject({ code: 1, linesLeft: 500, rejectedRecords: 500, reason: 'Rejected' });
  });

  test('follows a file through rotation by rename, also during the burst', async (context) => {
    const { sidecar, sink, log } = await running(context);
    for (let round = 0; round < 4; round += 1) {
      appendFileSync(log, numbered(round * 5000, (round + 1) * 5000));
      renameSync(log, `${log}.${round}`);
      if (round === 1) await sleep(700);
    }
    writeFileSync(log, numbered(20_000, 25_000));
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 25_000)).toEqual({ lost: 0, again: 0 });
  });

  test('starts Fluent Bit again when it dies in the middle of the drain', async (context) => {
    const { sidecar, sink, log } = await running(context);
    const { fluentBit } = await sidecar.status();
    await sink.down();
    writeFileSync(log, numbered(0, 20_000));
    const outcome = sidecar.terminate();
    await sleep(1500);
    process.kill(fluentBit.pid ?? 0, 'SIGKILL');
    await sink.up();
    expect(await outcome).toMatchObject(complete);
    expect(ledger(sink, 20_000).lost).toBe(0);
  });

  test('drains a pod that ends right after its configuration has come', async (context) => {
    const { sidecar, sink, log } = await started(context);
    await sidecar.until('the page answers', () => true);
    writeFileSync(log, numbered(0, 1000));
    sidecar.configure(configFor(sidecar, sink));
    expect(await sidecar.terminate()).toMatchObject(complete);
    expect(ledger(sink, 1000).lost).toBe(0);
  });

  test.concurrent('reads on where it had to pause for a full buffer', async (context) => {
    const { sidecar, sink, log } = await running(context, { buffer: { sizeBytes: 5 << 20, whenFull: 'block' } });
    await sink.down();
    writeFileSync(log, numbered(0, 60_000));
    await sidecar.until('it pauses', ({ backlog }) => backlog.chunks >= 2 && backlog.unreadBytes > 0);
    const outcome = sidecar.terminate();
    await sleep(1500);
    await sink.up();
    expect(await outcome).toMatchObject(complete);
    expect(ledger(sink, 60_000).lost).toBe(0);
  });

  test('ships the lines of the pod’s containers with their names, and not its own', async (context) => {
    const { sidecar, sink } = await running(context, { source: 'stdout', files: [] });
    const line = (container: string, text: string) => {
      mkdirSync(join(sidecar.podLogs, container), { recursive: true });
      appendFileSync(join(sidecar.podLogs, container, '0.log'), `2026-11-24T08:00:00.123456789Z ${text}\n`);
    };
    line('app', 'stdout F {"seq":0,"container":"forged","microservice":"forged"}');
    line('app', 'stdout P {"seq":1,');
    line('app', 'stderr F plain');
    line('app', 'stdout F "joined":true}');
    line('standpipe-metrics', 'stdout F {"seq":2}');
    line('standpipe-logs', 'stdout F {"seq":3}');
    expect(await sidecar.terminate()).toMatchObject(complete);
    const who = { microservice: 'orders', '@timestamp': '2026-11-24T08:00:00.123456Z' };
    expect(sink.records).toHaveLength(4);
    expect(sink.records).toEqual(
      expect.arrayContaining([
        { ...who, container: 'app', stream: 'stdout', seq: 0 },
        { ...who, container: 'app', stream: 'stdout', seq: 1, joined: true },
        { ...who, container: 'app', stream: 'stderr', log: 'plain' },
        { ...who, container: 'standpipe-metrics', stream: 'stdout', seq: 2 },
      ]),
    );
  });
});

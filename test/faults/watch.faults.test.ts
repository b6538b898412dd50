import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultPlan, readPlan } from './plan.ts';
import type { LogEntry } from './requestLog.ts';
import { outcome, Rig, startMs } from './rig.ts';

const rig = new Rig();
beforeAll(() => rig.start(), startMs);
afterAll(() => rig.stop());

/** One plan that the environment names, or all that are kept here. */
const asked = process.env.STANDPIPE_FAULT_PLAN;
const files = asked === undefined ? globSync(join(import.meta.dirname, 'plans/*.yaml')).toSorted() : [asked];

/** Longer than servers keep watches open, in milliseconds. */
const restMs = 40_000;

/** How long a phase may take under any fault but a crash, in seconds. */
const convergenceSeconds = 45;

test('at rest nothing is written, and watches are opened again without a list', async () => {
  const quiet: LogEntry[] = [];
  const rest = async (phase: string): Promise<void> => {
    if (phase !== 'create') return;
    const { log } = rig.operator.proxy;
    // The phase is over when the Microservice is as it should be; its Broker and LogSink count their users a little later.
    await log.untilQuiet();
    const { entries } = log;
    const before = entries.length;
    await sleep(restMs);
    quiet.push(...entries.slice(before));
  };
  await rig.live({ faults: [] }, { after: rest });
  expect(quiet.filter(({ write }) => write)).toEqual([]);
  expect(quiet.filter(({ verb }) => verb === 'list')).toEqual([]);
  const watched = new Set(quiet.filter(({ verb }) => verb === 'watch').map(({ resource }) => resource));
  expect([...watched]).toEqual(expect.arrayContaining(['microservices', 'deployments', 'pods', 'secrets']));
});

test.each(files.map((file) => [basename(file, '.yaml'), file]))(
  'a life under the plan %s comes to what it comes to without faults',
  async (_, file) => {
    const plan: FaultPlan = readPlan(file);
    const { records, metrics } = await rig.live(plan);
    expect(records.map(outcome), plan.title).toEqual(rig.reference.map(outcome));
    expect(Math.max(...records.map(({ seconds }) => seconds))).toBeLessThan(convergenceSeconds);
    expect(rig.operator.proxy.struck(), 'faults that struck').toEqual(plan.faults);
    expect(rig.operator.exits).toEqual([]);
    if (plan.restarts !== undefined) {
      expect(metrics).toMatch(new RegExp(`standpipe_watch_restarts_total\\{[^}]*reason="${plan.restarts}"`));
    }
    if (plan.repairs !== undefined) {
      expect(metrics).toMatch(new RegExp(`standpipe_relist_repairs_total\\{kind="${plan.repairs}"\\} [1-9]`));
    }
  },
);

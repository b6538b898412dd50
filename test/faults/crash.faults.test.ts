import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { convergenceMs } from './livingRun.ts';
import type { Fault, FaultPlan } from './plan.ts';
import { outcome, Rig, startMs } from './rig.ts';

const positions = ['before', 'unanswered', 'after'] as const;

/** By default each write is crashed at in one position, which takes turns; `all` takes every position of every write. */
const turns = process.env.STANDPIPE_FAULTS === 'all' ? [0, 1, 2] : [0];

const rig = new Rig();
beforeAll(() => rig.start(), startMs);
afterAll(() => rig.stop());

/** Kills the controller at these writes of every phase that has so many. */
function crashPlan(nths: readonly number[], turn: number): FaultPlan {
  const faults = rig.reference.flatMap(({ phase, writes }, i): Fault[] => {
    const there = nths.filter((nth) => nth <= writes.length);
    return there.map((nth) => {
      const at = positions[(nth + i + turn) % positions.length] ?? 'before';
      return { on: { verb: 'write', phase }, skip: nth - 1, do: 'kill', at };
    });
  });
  return { title: `killed at the writes ${nths.join(' and ')} of each phase`, faults };
}

test('a life without faults comes to the same twice', async () => {
  const { records } = await rig.live({ faults: [] });
  expect(records.map(outcome)).toEqual(rig.reference.map(outcome));
});

test.each(turns)(
  'a controller that is killed at any write comes to what it comes to without (turn %i)',
  async (turn) => {
    const counts = rig.reference.map(({ writes }) => writes.length);
    let struck = 0;
    // Two crashes a phase: lives are what takes time here.
    const half = Math.ceil(Math.max(...counts) / 2);
    for (let k = 1; k <= half; k++) {
      const plan = crashPlan([k, k + half], turn);
      const { records } = await rig.live(plan);
      expect(records.map(outcome), stringify(plan)).toEqual(rig.reference.map(outcome));
      expect(Math.max(...records.map(({ seconds }) => seconds * 1000))).toBeLessThan(convergenceMs);
      expect(rig.operator.exits).toEqual([]);
      struck += rig.operator.proxy.struck().length;
    }
    // Now and then two writes of a status become one, and the last one of a phase does not come.
    expect(struck).toBeGreaterThan(0.8 * counts.reduce((sum, count) => sum + count, 0));
  },
);

import { expect, test } from 'vitest';
import { Leadership, NotLeaderError } from './leadership.ts';
import { ManualClock } from './testing/manualClock.ts';

function leadership() {
  const clock = new ManualClock();
  const losses: string[] = [];
  return { clock, losses, leadership: new Leadership(clock, (why) => losses.push(why)) };
}

test('nothing may be written before the lead was granted', () => {
  const { leadership: lead, losses } = leadership();
  expect(lead.holds).toBe(false);
  expect(lead.check).toThrow(NotLeaderError);
  expect(losses).toEqual([]);
});

test('the right ends when its time is over, and that is told once', async () => {
  const { clock, leadership: lead, losses } = leadership();
  lead.grant(clock.now() + 10_000);
  await clock.advance(9_999);
  expect(lead.holds).toBe(true);
  lead.check();
  await clock.advance(1);
  expect(lead.check).toThrow(NotLeaderError);
  expect(losses).toEqual(['the lease could not be renewed in time']);
  expect(clock.pending).toBe(0);
});

test('a renewal moves the end', async () => {
  const { clock, leadership: lead, losses } = leadership();
  lead.grant(clock.now() + 10_000);
  await clock.advance(8_000);
  lead.grant(clock.now() + 10_000);
  await clock.advance(9_999);
  expect(lead.holds).toBe(true);
  await clock.advance(1);
  expect([lead.holds, losses.length]).toEqual([false, 1]);
});

test('after the process was stopped, the first write is refused although no timer has run yet', () => {
  const clock = new ManualClock();
  const losses: string[] = [];
  const lead = new Leadership(
    { now: () => clock.now(), date: () => clock.date(), schedule: () => () => undefined },
    (why) => losses.push(why),
  );
  lead.grant(clock.now() + 10_000);
  void clock.leap(20_000);
  expect(lead.check).toThrow(NotLeaderError);
  expect(losses).toHaveLength(1);
});

test('a grant that arrives after its own end is none, and after the end of the right before none either', async () => {
  const { clock, leadership: lead, losses } = leadership();
  const until = clock.now() + 10_000;
  await clock.leap(12_000);
  lead.grant(until);
  expect([lead.holds, losses.length]).toEqual([false, 0]);
  lead.grant(clock.now() + 10_000);
  await clock.leap(20_000);
  lead.grant(clock.now() + 10_000);
  expect([lead.holds, losses.length]).toEqual([false, 1]);
});

test('what was given up or lost cannot be granted again', () => {
  const { clock, leadership: lead, losses } = leadership();
  lead.grant(clock.now() + 10_000);
  lead.end();
  lead.grant(clock.now() + 10_000);
  expect([lead.holds, losses, clock.pending]).toEqual([false, [], 0]);
  const other = leadership();
  other.leadership.grant(other.clock.now() + 10_000);
  other.leadership.lose('b has it');
  other.leadership.lose('c has it');
  expect([other.leadership.holds, other.losses]).toEqual([false, ['b has it']]);
});

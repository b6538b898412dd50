import { expect, test } from 'vitest';
import { ServerClock } from './serverClock.ts';
import { ManualClock } from './testing/manualClock.ts';

const noon = Date.UTC(2030, 5, 1, 12);
const header = (ms: number): string => new Date(ms).toUTCString();

/** The machine's clock is two hours behind the server's. */
function start() {
  const machine = new ManualClock(noon - 2 * 3_600_000);
  return { machine, clock: new ServerClock(machine) };
}

test('before the first answer it is the machine’s own time', () => {
  const { machine, clock } = start();
  expect(clock.date()).toEqual(machine.date());
});

test('it goes on from what the server said', async () => {
  const { machine, clock } = start();
  clock.hear(header(noon), clock.now());
  await machine.advance(60_000);
  expect(clock.date().getTime()).toBe(noon + 60_500);
});

test('answers that agree within the header’s second do not move it', async () => {
  const { machine, clock } = start();
  clock.hear(header(noon), clock.now());
  await machine.advance(1_400);
  clock.hear(header(noon + 1_000), clock.now());
  expect(clock.date().getTime()).toBe(noon + 1_900);
});

test('a server whose clock was set is followed', () => {
  const { clock } = start();
  clock.hear(header(noon), clock.now());
  clock.hear(header(noon + 600_000), clock.now());
  expect(clock.date().getTime()).toBe(noon + 600_500);
});

test('an answer that took long, and one without a date, say nothing', async () => {
  const { machine, clock } = start();
  clock.hear(header(noon), clock.now());
  const asked = clock.now();
  await machine.advance(5_000);
  clock.hear(header(noon), asked);
  clock.hear(undefined, clock.now());
  clock.hear('soon', clock.now());
  expect(clock.date().getTime()).toBe(noon + 5_500);
});

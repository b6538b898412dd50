import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from '../../../test/faults/faultProxy.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { configMaps, type Lease, leases, namespaces } from './builtin.ts';
import type { Applied } from './calls.ts';
import { Client } from './client.ts';
import { Elector } from './elector.ts';
import { NotLeaderError } from './leadership.ts';
import { createNamespace, testClient, testConfig } from './testing/apiServer.ts';
import { ManualClock } from './testing/manualClock.ts';

let direct: Client;
let proxy: FaultProxy;
let proxied: Client;
let namespace: string;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  direct = testClient();
  proxy = await FaultProxy.start(testConfig());
  proxied = new Client(proxy.config());
});

beforeEach(async () => {
  namespace = await createNamespace(direct, 'elector');
  const metadata = { namespace, name: 'lease' };
  await direct.create(leases, { metadata });
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  proxy.load({ faults: [] });
  await direct.delete(namespaces, { name: namespace });
});

afterAll(async () => {
  await proxied.close();
  await proxy.stop();
  await direct.close();
});

/** A candidate with a clock of its own, which stands still unless the test moves it. */
function candidate(holder: string, client = direct) {
  const clock = new ManualClock();
  const losses: string[] = [];
  const leads: boolean[] = [];
  const elector = new Elector({
    client,
    lease: { namespace, name: 'lease' },
    holder,
    lost: (why) => losses.push(why),
    leads: (now) => leads.push(now),
    clock,
  });
  const stop = new AbortController();
  const running = elector.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  ends.push(end);
  return { clock, losses, leads, elector, end, running };
}

const lease = (): Promise<Lease> => direct.get(leases, { namespace, name: 'lease' });

async function untilHeldBy(holder: string): Promise<void> {
  await eventually(async () => expect((await lease()).spec?.holderIdentity).toBe(holder));
}

/** Moves a candidate's clock on in steps, each of which ends when its call to the server has been answered. */
async function pass({ clock, elector }: ReturnType<typeof candidate>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await clock.advance(1_000);
    // Its call takes real time; at rest there are the timer of the next one and, while it leads, that of the end.
    await eventually(async () => expect(clock.pending).toBeGreaterThanOrEqual(elector.leadership.holds ? 2 : 1));
  }
}

test('of two candidates one leads, and the other follows at once when the first gives up', async () => {
  const a = candidate('a');
  await a.elector.elected;
  const b = candidate('b');
  await pass(b, 4_000);
  expect([a.elector.leadership.holds, b.elector.leadership.holds]).toEqual([true, false]);
  await a.end();
  await untilHeldBy('');
  expect(a.elector.leadership.holds).toBe(false);
  await b.clock.advance(2_000);
  await b.elector.elected;
  expect((await lease()).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 2 });
  expect([a.losses, a.leads, b.leads]).toEqual([[], [true, false], [true]]);
});

test('a leader that renews stays, one that does not is followed after the lease, having stopped before', async () => {
  const a = candidate('a');
  await a.elector.elected;
  const b = candidate('b');
  for (let second = 0; second < 30; second++) {
    await pass(a, 1_000);
    await pass(b, 1_000);
  }
  expect([a.elector.leadership.holds, b.elector.leadership.holds]).toEqual([true, false]);
  // From here on, a is stopped. It may have been seen to renew two seconds ago.
  for (let second = 0; second < 12; second++) await pass(b, 1_000);
  expect(b.elector.leadership.holds).toBe(false);
  await pass(b, 5_000);
  await b.elector.elected;
  await a.clock.leap(17_000);
  await a.running;
  expect(a.elector.leadership.check).toThrow(NotLeaderError);
  expect(a.losses).toEqual(['the lease could not be renewed in time']);
  await untilHeldBy('b');
});

test('a leader that cannot reach the API server stops when ten seconds are over', async () => {
  const a = candidate('a', proxied);
  await a.elector.elected;
  proxy.load({ faults: [{ on: { resource: 'leases' }, do: 'answer', status: 503, times: 'always' }] });
  await pass(a, 9_000);
  expect(a.elector.leadership.holds).toBe(true);
  await a.clock.advance(1_001);
  await a.running;
  expect([a.elector.leadership.holds, a.losses]).toEqual([false, ['the lease could not be renewed in time']]);
});

test('a renewal whose answer is lost costs nothing', async () => {
  const a = candidate('a', proxied);
  await a.elector.elected;
  proxy.load({ faults: [{ on: { resource: 'leases', verb: 'apply' }, do: 'reset', at: 'unanswered', times: 2 }] });
  await pass(a, 20_000);
  expect(proxy.log.entries.filter(({ fault }) => fault?.startsWith('reset'))).toHaveLength(2);
  expect([a.elector.leadership.holds, a.losses]).toEqual([true, []]);
});

test('a Lease that is deleted is made again by its leader, and nobody else takes it', async () => {
  const a = candidate('a');
  await a.elector.elected;
  const b = candidate('b');
  await pass(b, 2_000);
  await direct.delete(leases, { namespace, name: 'lease' });
  await pass(b, 4_000);
  await pass(a, 4_000);
  await pass(b, 4_000);
  expect([a.elector.leadership.holds, b.elector.leadership.holds]).toEqual([true, false]);
  await untilHeldBy('a');
});

test('a leader that finds another one in the Lease stops at once', async () => {
  const a = candidate('a');
  await a.elector.elected;
  const body = { metadata: { namespace, name: 'lease' }, spec: { holderIdentity: 'z' } } as Applied<Lease>;
  await direct.apply(leases, body, { fieldManager: 'test', force: true });
  await a.clock.advance(2_000);
  await a.running;
  expect([a.losses, a.leads]).toEqual([['the Lease is held by z now'], [true, false]]);
});

test('a client whose gate is shut sends no write, and reads as before', async () => {
  const { entries } = proxy.log;
  const a = candidate('a');
  await a.elector.elected;
  const client = new Client(proxy.config(), { gate: a.elector.leadership });
  const map = (name: string) => ({ metadata: { namespace, name } });
  await client.create(configMaps, map('before'));
  await a.end();
  const sent = entries.length;
  await expect(client.create(configMaps, map('after'))).rejects.toThrow(NotLeaderError);
  await expect(client.delete(configMaps, { namespace, name: 'before' })).rejects.toThrow(NotLeaderError);
  expect(entries).toHaveLength(sent);
  expect(await client.find(configMaps, { namespace, name: 'before' })).toBeDefined();
  await client.close();
});

test('a write that waited for its connection while the gate was shut is not sent', async () => {
  const open = { checks: 0 };
  const gate = {
    check: () => {
      open.checks += 1;
      if (open.checks > 1) throw new NotLeaderError();
    },
  };
  const client = new Client(proxy.config(), { gate });
  const sent = proxy.log.entries.length;
  await expect(client.create(configMaps, { metadata: { namespace, name: 'late' } })).rejects.toThrow(NotLeaderError);
  expect([open.checks, proxy.log.entries.length]).toEqual([2, sent]);
  await client.close();
});

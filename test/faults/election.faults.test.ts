import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Lease } from '../../operator/src/kube/builtin.ts';
import { read } from '../api/cluster.ts';
import { microservice, workload } from '../api/workloads.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { Candidate } from './candidate.ts';

const root = join(import.meta.dirname, '../..');
const names = ['one', 'two', 'three', 'four'];
const ports = [18_091, 18_092];

let namespace = '';
let token = '';
let leader: Candidate;
let other: Candidate;
let all: Candidate[] = [];
let churning = false;
let churn: Promise<void>;

beforeAll(async () => {
  await kubectl(['apply', '-f', join(root, 'crds')]);
  await kubectl(['delete', 'mutatingwebhookconfiguration', 'standpipe', '--ignore-not-found']);
  await kubectl(['apply', '-k', join(root, 'deploy/base')]);
  token = (await kubectl(['-n', 'standpipe-system', 'create', 'token', 'standpipe-controller'])).trim();
  namespace = await newNamespace('election');
});

/** Both candidates run, and whoever leads has something to write all the time. */
beforeEach(async () => {
  all = await Promise.all(ports.map((port) => Candidate.start(token, port)));
  const holder = await eventually(async () => {
    const now = (await lease()).spec?.holderIdentity ?? '';
    expect(all.map((candidate) => candidate.holder)).toContain(now);
    return now;
  });
  const [first, second] = all as [Candidate, Candidate];
  [leader, other] = first.holder === holder ? [first, second] : [second, first];
  await apply(namespace, ...names.map((name) => workload('Deployment', name)));
  churning = true;
  churn = change();
  await eventually(async () => expect(leader.writes.length).toBeGreaterThan(10));
});

afterEach(async () => {
  churning = false;
  await churn;
  await Promise.all(all.map((candidate) => candidate.stop()));
});

afterAll(() => dropNamespace(namespace));

async function change(): Promise<void> {
  for (let round = 1; churning; round++) {
    const declared = names.map((name) => microservice(name, { metrics: { maxSeries: 1_000 + (round % 100) } }));
    await apply(namespace, ...declared);
    await sleep(100);
  }
}

/** How long a lease holds. */
const leaseSeconds = 15;
/** A lease, a retry, and room for a busy machine: on a quiet one it takes some 16 s. */
const takeoverSeconds = 45;

const lease = (): Promise<Lease> => read<Lease>('standpipe-system', 'lease', 'standpipe-controller');

/** Waits until the other one leads and writes. Returns how long it took since a moment, in seconds. */
async function takenOver(since: number): Promise<number> {
  await eventually(async () => expect((await lease()).spec?.holderIdentity).toBe(other.holder));
  await eventually(async () => expect(other.writes.length).toBeGreaterThan(5));
  return ((other.writes[0] ?? 0) - since) / 1000;
}

/** At no time both wrote: the last write of the one comes before the first of the other. */
function expectNoOverlap(): void {
  expect(leader.writes.at(-1)).toBeLessThan(other.writes[0] ?? 0);
}

test('while a leader is there, the other one is ready, keeps its caches filled and writes nothing', async () => {
  await sleep(5_000);
  expect([await leader.leads(), await other.leads()]).toEqual([true, false]);
  expect(other.writes).toEqual([]);
  const agents = leader.proxy.log.writes().map(({ who }) => who);
  expect(new Set(agents)).toEqual(new Set(['standpipe-controller']));
});

test('a leader that is killed is followed when its lease is over', async () => {
  const since = performance.now();
  leader.send('SIGKILL');
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
  expectNoOverlap();
});

test('a leader that is told to end gives its lease away, and is followed before it would be over', async () => {
  const since = performance.now();
  leader.send('SIGTERM');
  expect(await leader.exited).toEqual({ code: 0, signal: null });
  expect(await takenOver(since)).toBeLessThan(leaseSeconds);
  expectNoOverlap();
});

test('a leader that is stopped is followed, and when it wakes it writes nothing and ends, saying why', async () => {
  const since = performance.now();
  leader.send('SIGSTOP');
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
  await sleep(Math.max(0, since + 20_000 - performance.now()));
  leader.send('SIGCONT');
  expect(await leader.exited).toEqual({ code: 4, signal: null });
  expect(leader.output).toContain('The lead is lost: this process ends at once');
  expect(leader.output).toContain('the lease could not be renewed in time');
  expectNoOverlap();
});

test('a leader that is cut off stops writing and ends before the other one begins', async () => {
  const since = performance.now();
  leader.proxy.load({ faults: [{ on: {}, do: 'silence', times: 'always' }] });
  leader.proxy.cut();
  expect(await leader.exited).toEqual({ code: 4, signal: null });
  expect(other.writes).toEqual([]);
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
});

test('a leader that gets no answers any more, while what it asks is still done, ends before the other one begins', async () => {
  const since = performance.now();
  leader.proxy.freeze();
  leader.proxy.cut();
  expect(await leader.exited).toEqual({ code: 4, signal: null });
  expect(other.writes).toEqual([]);
  // Its last renewal, ten seconds later, may have been carried out.
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
});

test('a leader that is stopped and whose Lease is deleted is followed all the same, and writes nothing', async () => {
  const since = performance.now();
  leader.send('SIGSTOP');
  await kubectl(['-n', 'standpipe-system', 'delete', 'lease', 'standpipe-controller']);
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
  leader.send('SIGCONT');
  expect(await leader.exited).toEqual({ code: 4, signal: null });
  expectNoOverlap();
});

test('a leader from whom somebody takes the Lease ends at once, and nobody writes before that one is waited for', async () => {
  const since = performance.now();
  const stolen = JSON.stringify({ spec: { holderIdentity: 'somebody' } });
  await kubectl(['-n', 'standpipe-system', 'patch', 'lease', 'standpipe-controller', '--type=merge', '-p', stolen]);
  expect(await leader.exited).toEqual({ code: 4, signal: null });
  expect(leader.output).toContain('the Lease is held by somebody now');
  expect(other.writes).toEqual([]);
  expect(await takenOver(since)).toBeLessThan(takeoverSeconds);
  expect((other.writes[0] ?? 0) - since).toBeGreaterThan(1000 * (leaseSeconds - 1));
});

test('a Lease that is deleted is made again by the leader, which goes on', async () => {
  await kubectl(['-n', 'standpipe-system', 'delete', 'lease', 'standpipe-controller']);
  await eventually(async () => expect((await lease()).spec?.holderIdentity).toBe(leader.holder));
  const written = leader.writes.length;
  await eventually(async () => expect(leader.writes.length).toBeGreaterThan(written + 5));
  expect([leader.runs, other.writes]).toEqual([true, []]);
});

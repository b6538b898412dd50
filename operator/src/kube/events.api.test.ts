import { afterAll, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from '../../../test/faults/faultProxy.ts';
import { configMaps, events, namespaces } from './builtin.ts';
import { Client } from './client.ts';
import { EventRecorder } from './events.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { createNamespace, testClient, testConfig } from './testing/apiServer.ts';
import { ManualClock } from './testing/manualClock.ts';
import { type ObjectRef, referenceTo } from './wire.ts';

let client: Client;
let namespace: string;
let about: ObjectRef;

beforeAll(async () => {
  client = testClient();
  namespace = await createNamespace(client, 'events');
  about = referenceTo(await client.create(configMaps, { metadata: { namespace, name: 'subject' } }));
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await client.close();
});

const reasons = ['Injected', 'Skipped'] as const;

function recorder(using: Client, log: Log = silentLog) {
  const clock = new ManualClock(Date.now());
  const options = { client: using, component: 'standpipe-test', instance: 'test-0', reasons, clock, log };
  return { recorder: new EventRecorder(options), clock };
}

/** Keeps what is logged. */
function keeping(messages: string[]): Log {
  const keep = (_: object, message: string): void => void messages.push(message);
  return { debug: keep, info: keep, warn: keep, error: keep };
}

async function written(reason: string) {
  const fieldSelector = `involvedObject.name=subject,reason=${reason}`;
  return (await client.list(events, { namespace, fieldSelector })).items;
}

test('repeats become one Event with a count', async () => {
  const { recorder: events, clock } = recorder(client);
  for (let report = 0; report < 5; report++) {
    events.record(about, { type: 'Normal', reason: 'Injected', message: 'Two sidecars were added' });
    await clock.advance(1000);
  }
  await events.flush();
  const [event, ...others] = await written('Injected');
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    count: 5,
    type: 'Normal',
    message: 'Two sidecars were added',
    involvedObject: { kind: 'ConfigMap', name: 'subject', uid: about.uid },
    source: { component: 'standpipe-test' },
    reportingInstance: 'test-0',
  });
});

test('an Event about a cluster-scoped object is accepted', async () => {
  const messages: string[] = [];
  const { recorder: events } = recorder(client, keeping(messages));
  const cluster = referenceTo(await client.get(namespaces, { name: namespace }));
  events.record(cluster, { type: 'Warning', reason: 'Skipped', message: 'x'.repeat(5000) });
  await events.flush();
  expect(messages).toEqual([]);
});

test('a reason that is not in the list is logged and not written', async () => {
  const messages: string[] = [];
  const { recorder: events } = recorder(client, keeping(messages));
  const reason = 'Unheard' as (typeof reasons)[number];
  events.record(about, { type: 'Normal', reason, message: 'x' });
  await events.flush();
  expect(messages).toHaveLength(1);
  expect(await written('Unheard')).toEqual([]);
});

test('an API server that refuses is logged and disturbs nobody', async () => {
  const proxy = await FaultProxy.start(testConfig());
  proxy.faults.answer = (_, response) => Boolean(response.writeHead(500).end());
  const own = new Client(proxy.config());
  const messages: string[] = [];
  const { recorder: events } = recorder(own, keeping(messages));
  events.record(about, { type: 'Normal', reason: 'Skipped', message: 'x' });
  await events.flush();
  expect(messages).toEqual(['An Event could not be written']);
  await own.close();
  await proxy.stop();
});

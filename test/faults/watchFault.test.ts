import { expect, test } from 'vitest';
import { parsePlan } from './plan.ts';
import { type Step, WatchFault } from './watchFault.ts';

const event = (uid: string, version: number, type = 'MODIFIED') =>
  JSON.stringify({ type, object: { metadata: { uid, resourceVersion: String(version) } } });
const events = [event('a', 1, 'ADDED'), event('a', 2), event('b', 3, 'ADDED')];

/** What a client gets of three events: their versions, and how the stream ends. */
async function seen(action: string): Promise<unknown[]> {
  const [fault] = parsePlan(`faults: [{on: {verb: watch}, ${action}}]`).faults;
  if (fault === undefined) throw new Error('no fault');
  const stream = new WatchFault(fault);
  const steps: Step[] = stream.opening();
  for (const line of events) if (!steps.some((step) => 'end' in step)) steps.push(...(await stream.next(line)));
  return steps.map((step) => ('end' in step ? step.end : meaning(step.send)));
}

function meaning(text: string): unknown {
  if (!text.endsWith('\n')) return 'cut';
  const { type, object } = JSON.parse(text);
  return type === 'ERROR' ? object.code : Number(object.metadata.resourceVersion);
}

test.each([
  ['do: drop', [2, 3]],
  ['do: drop, after: 1, events: 2', [1]],
  ['do: duplicate, after: 1', [1, 2, 2, 3]],
  ['do: rewind, events: 9', [1, 1, 2, 1, 3, 3]],
  ['do: hold, seconds: 0.01', [1, 2, 3]],
  ['do: reset, after: 1', [1, 'reset']],
  ['do: reset', ['reset']],
  ['do: close, after: 2', [1, 2, 'close']],
  ['do: silence, after: 1', [1, 'silence']],
  ['do: error, status: 410, after: 1', [1, 410, 'close']],
  ['do: truncate, after: 1', [1, 'cut', 'close']],
])('%s', async (action, expected) => {
  expect(await seen(action)).toEqual(expected);
});

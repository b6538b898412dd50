import { expect, test } from 'vitest';
import { exemplarLabels, traceparentLength } from './trace.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test('reads the ids of a trace that is kept', () => {
  const text = `00-${trace}-${span}-01`;
  expect(text.length).toBe(traceparentLength);
  expect(exemplarLabels(text)).toEqual([
    ['trace_id', trace],
    ['span_id', span],
  ]);
});

test.each([
  ['that is not kept', `00-${trace}-${span}-00`],
  ['of a later version', `01-${trace}-${span}-01`],
  ['without a trace', `00-${'0'.repeat(32)}-${span}-01`],
  ['without a span', `00-${trace}-${'0'.repeat(16)}-01`],
  ['in capitals', `00-${trace.toUpperCase()}-${span}-01`],
  ['that would break the page', `00-${trace.slice(2)}"\n-${span}-01`],
  ['that is something else', 'x'.repeat(traceparentLength)],
])('passes over a traceparent %s', (_, text) => {
  expect(exemplarLabels(text)).toBeUndefined();
});

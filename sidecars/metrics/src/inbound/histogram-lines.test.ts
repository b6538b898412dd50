import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { HistogramLines } from './histogram-lines.ts';

function observed(...values: number[]): Histogram {
  const histogram = new Histogram([1, 2.5]);
  for (const value of values) histogram.observe(value);
  return histogram;
}

test('writes a histogram cumulated, with its bounds as both formats want them', () => {
  const lines = new HistogramLines('x', [['a', 'b"c']], observed(0, 1, 1.5, 3, 0.25));
  const expected = `x_bucket{a="b\\"c",le="1.0"} 3
x_bucket{a="b\\"c",le="2.5"} 4
x_bucket{a="b\\"c",le="+Inf"} 5
x_sum{a="b\\"c"} 5.75
x_count{a="b\\"c"} 5
`;
  expect(lines.text('text')).toBe(expected);
  expect(lines.text('openmetrics')).toBe(expected);
});

test('writes the numbers of the moment, and no braces around nothing', () => {
  const histogram = observed();
  const lines = new HistogramLines('x', [], histogram);
  expect(lines.text('text')).toContain('x_bucket{le="+Inf"} 0\nx_sum 0\nx_count 0\n');
  histogram.observe(9);
  expect(lines.text('text')).toContain('x_bucket{le="+Inf"} 1\nx_sum 9\nx_count 1\n');
});

test('shows an exemplar on the bucket that it is of, in OpenMetrics only', () => {
  const histogram = observed(2);
  histogram.exemplar = { bucket: 1, exemplar: { labels: [['trace_id', 'ab']], value: '2', timestampMs: 1500 } };
  const lines = new HistogramLines('x', [], histogram);
  expect(lines.text('openmetrics')).toContain('x_bucket{le="2.5"} 1 # {trace_id="ab"} 2 1.5\n');
  expect(lines.text('text')).not.toContain('#');
});

import { expect, test } from 'vitest';
import { counter, type Family, gauge, sample } from './family.ts';
import { renderPage, renderWhole } from './render.ts';

test('names a counter by each format’s own rule', () => {
  const families = [counter('hits', 'Hits.', [3, { a: 'x"\\\n' }])];
  expect(renderWhole(families, 'text')).toBe(
    '# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total{a="x\\"\\\\\\n"} 3\n',
  );
  expect(renderWhole(families, 'openmetrics')).toBe(
    '# HELP hits Hits.\n# TYPE hits counter\nhits_total{a="x\\"\\\\\\n"} 3\n# EOF\n',
  );
});

test('keeps the name of a counter without the suffix and gives up its type in OpenMetrics', () => {
  const bare: Family = { name: 'hits', type: 'counter', samples: [sample('hits', 1)] };
  expect(renderWhole([bare], 'text')).toBe('# TYPE hits counter\nhits 1\n');
  expect(renderWhole([bare], 'openmetrics')).toBe('# TYPE hits unknown\nhits 1\n# EOF\n');
});

test('writes creation times as families of their own in the text format', () => {
  const family: Family = { name: 'h', type: 'histogram', samples: [sample('h_count', 1), sample('h_created', 2)] };
  expect(renderWhole([family], 'text')).toBe('# TYPE h histogram\nh_count 1\n# TYPE h_created gauge\nh_created 2\n');
});

test('writes time stamps in each format’s own unit and exemplars in OpenMetrics only', () => {
  const exemplar = { labels: [['trace_id', 'abc']] as const, value: '0.5' };
  const family: Family = {
    name: 'c',
    type: 'counter',
    samples: [{ name: 'c_total', labels: [], value: '1', timestampMs: 1500, exemplar }],
  };
  expect(renderWhole([family], 'text')).toContain('c_total 1 1500\n');
  expect(renderWhole([family], 'openmetrics')).toContain('c_total 1 1.5 # {trace_id="abc"} 0.5\n');
});

test('cuts a long page into parts', () => {
  const series = Array.from({ length: 10_000 }, (_, i) => [i, { i: String(i) }] as const);
  const parts = [...renderPage([gauge('g', 'G.', ...series)], 'text')];
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(part.length).toBeLessThan(33_000);
});

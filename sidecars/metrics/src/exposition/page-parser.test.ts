import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PageFormat, renderWhole } from '../../../common/src/render.ts';
import { allowanceFor, PageParser, type ParsedPage, type SeriesAllowance } from './page-parser.ts';
import { allTypes, pages, textTypes } from './testing/pages.ts';

const allowance = () => allowanceFor(1000);

function parse(text: string, format: PageFormat = 'text', kept: SeriesAllowance = allowance()): ParsedPage {
  const parser = new PageParser(format, kept);
  parser.push(text);
  return parser.end();
}

test('reads in OpenMetrics what was written', () => {
  fc.assert(
    fc.property(pages(allTypes, 'openmetrics'), (families) => {
      const page = parse(renderWhole(families, 'openmetrics'), 'openmetrics');
      expect(page).toMatchObject({ skippedLines: 0, problem: undefined });
      expect(page.families).toEqual(families);
    }),
    { numRuns: 2000 },
  );
});

test('reads in text 0.0.4 what was written', () => {
  fc.assert(
    fc.property(pages(textTypes, 'text'), (families) => {
      const page = parse(renderWhole(families, 'text'));
      expect(page).toMatchObject({ skippedLines: 0, problem: undefined });
      expect(page.families).toEqual(families);
    }),
    { numRuns: 2000 },
  );
});

test('reads the same however the page is cut', () => {
  fc.assert(
    fc.property(pages(textTypes, 'text'), fc.integer({ min: 1, max: 40 }), (families, size) => {
      const text = renderWhole(families, 'text');
      const parser = new PageParser('text', allowance());
      for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
      expect(parser.end()).toEqual(parse(text));
    }),
  );
});

test('never throws, whatever the page is', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('a', '_total', '{', '}', '"', '\\', '=', ',', ' ', '1', '#', '# TYPE a ', '\n'),
      maxLength: 30,
    }),
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('text', 'openmetrics'), (lines, format) => {
      parse(lines.join('\n'), format);
    }),
    { numRuns: 5000 },
  );
});

const typed = '# HELP h With \\\\ and \\n.\n# TYPE h histogram\n';

test('reads the text format as its documentation shows it', () => {
  const page = parse(
    [
      `${typed}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 3\nh_sum 4\nh_count 3`,
      '# TYPE c_total counter\nc_total{ a = "x" , b="\\"\\\\\\n" , } 1.5e3 1395066363000',
      '# a comment\n\n  bare   +Inf',
      '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\n# TYPE s_count_other untyped\ns_count_other 1\r',
    ].join('\n'),
  );
  expect(page).toMatchObject({ series: 10, skippedLines: 0, problem: undefined });
  expect(page.families.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'h histogram',
    'c counter',
    'bare unknown',
    's summary',
    's_count_other unknown',
  ]);
  expect(page.families[0]?.help).toBe('With \\ and \n.');
  expect(page.families[1]?.samples).toEqual([
    {
      name: 'c_total',
      labels: [
        ['a', 'x'],
        ['b', '"\\\n'],
      ],
      value: '1.5e3',
      timestampMs: 1395066363000,
    },
  ]);
});

test('reads OpenMetrics as its specification shows it', () => {
  const page = parse(
    [
      '# TYPE foo histogram\n# UNIT foo seconds',
      'foo_bucket{le="0.1"} 8 # {} 0.054\nfoo_bucket{le="+Inf"} 17 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1.5',
      'foo_count 17\nfoo_sum 324789.3\nfoo_created 1520430000.123',
      '# TYPE build info\nbuild_info{v="1"} 1\n# EOF\nafter 1',
    ].join('\n'),
    'openmetrics',
  );
  expect(page).toMatchObject({ series: 6, skippedLines: 0, problem: undefined });
  expect(page.families[0]).toMatchObject({ name: 'foo', type: 'histogram', unit: 'seconds' });
  expect(page.families[0]?.samples[1]).toMatchObject({
    timestampMs: 1520879607789,
    exemplar: { labels: [['trace_id', 'KOO5S4vxi0o']], value: '0.67', timestampMs: 1500 },
  });
});

test.each([
  'x',
  'x{',
  'x{a} 1',
  'x{a="b} 1',
  'x{a="b"',
  'x{a="b"}',
  'x{a="1",a="2"} 1',
  'x one',
  'x 1 2 3',
  'x 1 1.5',
  '1x 1',
  'x{a="b" c="d"} 1',
  'x 1_000',
  'x 0x1p3 y',
  'x {a="b"} 1 # {} 2',
  'é 1',
  '<html>',
])('passes over the line %j and keeps the rest', (line) => {
  const page = parse(`good 1\n${line}\nalso 2`);
  expect(page).toMatchObject({ series: 2, skippedLines: 1, problem: undefined });
});

test('passes over a series that stands twice, whatever the order of its labels', () => {
  expect(parse('x{a="1",b="2"} 1\nx{b="2",a="1"} 2\nx{a="1"} 3')).toMatchObject({ series: 2, skippedLines: 1 });
});

test('refuses a page that is none, and OpenMetrics that is cut off', () => {
  expect(parse('<!doctype html>\n<p>Hello</p>').problem).toMatch(/no line/);
  expect(parse('x 1', 'openmetrics').problem).toMatch(/EOF/);
  expect(parse('').problem).toBeUndefined();
  expect(parse('# EOF\n', 'openmetrics').problem).toBeUndefined();
});

test('counts a family without bounds, names its label and keeps the others', () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `hostile{user="${i}",kind="${i % 3}"} 1`);
  const page = parse(`before 1\n# TYPE hostile gauge\n${lines.join('\n')}\nafter 2`);
  expect(page.series).toBe(50_002);
  expect(page.families.map(({ name, samples, cut }) => [name, samples.length, cut])).toEqual([
    ['before', 1, undefined],
    ['hostile', 0, { series: 50_000, label: 'user', examples: ['0', '1', '2'] }],
    ['after', 1, undefined],
  ]);
});

test('keeps no more families and series of a page than its bound', () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `# HELP m${i} x\nm${i} 1`);
  const page = parse(lines.join('\n'));
  expect([page.families.length, page.uncounted, page.series]).toEqual([2000, 48_000, 50_000]);
});

test('shares one allowance between pages', () => {
  const shared = { familySeries: 10, left: 15, characters: 10_000 };
  const page = (name: string) => Array.from({ length: 10 }, (_, i) => `${name}{i="${i}"} 1`).join('\n');
  expect(parse(page('a'), 'text', shared).families[0]?.samples.length).toBe(10);
  // A family that meets the end of the allowance is given up and leaves its place to smaller ones.
  const second = parse(`${page('b')}\n${page('c')}\nd 1`, 'text', shared);
  expect(second.families.map(({ name, samples, cut }) => [name, samples.length, cut?.series])).toEqual([
    ['b', 0, 10],
    ['c', 0, 10],
    ['d', 1, undefined],
  ]);
  expect(shared.left).toBe(4);
});

test('keeps no more characters than its allowance', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `m${i}{a="${'x'.repeat(10_000)}"} 1`);
  const page = parse(`# HELP m0 ${'y'.repeat(60_000)}\n${lines.join('\n')}`);
  const characters = page.families
    .flatMap(({ samples }) => samples)
    .reduce((sum, { labels }) => sum + (labels[0]?.[1].length ?? 0), 0);
  expect(characters).toBeLessThanOrEqual(410_000);
  expect(page.series).toBe(100);
});

test('takes no series with labels without end', () => {
  const labels = Array.from({ length: 200 }, (_, i) => `l${i}="x"`);
  expect(parse(`x{${labels.join()}} 1\ny{${labels.slice(0, 100).join()}} 1`)).toMatchObject({
    series: 1,
    skippedLines: 1,
  });
});

test('holds no more than a line, and passes over one without an end', () => {
  const parser = new PageParser('text', allowance());
  for (let i = 0; i < 100; i++) parser.push('x'.repeat(10_000));
  parser.push('\ngood 1\n');
  expect(parser.end()).toMatchObject({ series: 1, skippedLines: 1 });
});

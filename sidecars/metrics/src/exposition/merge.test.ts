import { describe, expect, test } from 'vitest';
import { counter, type Family, type FamilyType, gauge, sample } from '../../../common/src/family.ts';
import { renderWhole } from '../../../common/src/render.ts';
import { fitBudget } from './budget.ts';
import { declareOnce, mergePages, type Source } from './merge.ts';

const page = (own: readonly Family[], ...sources: readonly Source[]) =>
  renderWhole(declareOnce(mergePages(own, sources)), 'text');
const from = (target: string, labelled: boolean, ...families: readonly Family[]): Source => ({
  target,
  labelled,
  families,
});
const bare = (name: string, type: FamilyType, value: number): Family => ({
  name,
  type,
  samples: [sample(name, value)],
});

describe('merging', () => {
  test('leaves the series of the one target as they are', () => {
    expect(page([gauge('own', 'O.', [1])], from('app', false, gauge('jobs', 'J.', [2, { a: 'b' }])))).toBe(
      '# HELP own O.\n# TYPE own gauge\nown 1\n# HELP jobs J.\n# TYPE jobs gauge\njobs{a="b"} 2\n',
    );
  });

  test('declares a name once and labels the series where there are several targets', () => {
    const jobs = (help: string, value: number) => gauge('jobs', help, [value, { target: 'mine' }]);
    expect(page([], from('a', true, jobs('A.', 1)), from('b', true, jobs('B.', 2)))).toBe(
      '# HELP jobs A.\n# TYPE jobs gauge\njobs{exported_target="mine",target="a"} 1\njobs{exported_target="mine",target="b"} 2\n',
    );
  });

  test('labels what has the name of an own family, and keeps it under one declaration', () => {
    expect(page([counter('hits', 'Own.', [1])], from('app', false, counter('hits', 'App.', [2])))).toBe(
      '# HELP hits_total Own.\n# TYPE hits_total counter\nhits_total 1\nhits_total{target="app"} 2\n',
    );
  });

  test('gives a family of another type a name of its own', () => {
    expect(page([], from('a-1', false, bare('jobs', 'gauge', 1)), from('b-2', false, bare('jobs', 'unknown', 2)))).toBe(
      '# TYPE jobs gauge\njobs 1\n# TYPE target_b_2_jobs untyped\ntarget_b_2_jobs 2\n',
    );
  });

  test('keeps a gauge and a counter apart that have one name in OpenMetrics', () => {
    const families = declareOnce(
      mergePages([], [from('a', false, bare('jobs', 'gauge', 1), counter('jobs', 'J.', [2]))]),
    );
    expect(renderWhole(families, 'openmetrics')).toBe(
      '# TYPE jobs gauge\njobs 1\n# HELP jobs_total J.\n# TYPE jobs_total unknown\njobs_total 2\n# EOF\n',
    );
  });

  test('leaves out what would look like the page’s report on itself', () => {
    expect(page([], from('a', false, bare('standpipe_page_series', 'gauge', 9)))).toBe('');
  });
});

describe('the budget', () => {
  const wide = (name: string, count: number) =>
    gauge(name, 'W.', ...Array.from({ length: count }, (_, i) => [i, { id: String(i), kind: 'x' }] as const));
  const names = (families: readonly Family[]) => families.map(({ name }) => name);
  const reports = [
    'standpipe_page_series_not_shown',
    'standpipe_page_series_not_shown_example',
    'standpipe_page_series',
    'standpipe_page_max_series',
  ];
  const examples = ['0', '1', '2'];
  const count = (families: readonly Family[]) => families.reduce((sum, { samples }) => sum + samples.length, 0);

  test('shows everything that fits', () => {
    const merged = mergePages([wide('own', 5)], [from('a', false, wide('x', 79))]);
    const fitted = fitBudget(merged, 100, 0);
    expect(names(fitted.families)).toEqual(['own', 'x', ...reports]);
    expect(fitted.left).toEqual([]);
  });

  test('leaves out the largest families whole, the sidecar’s own last, and names the label', () => {
    const merged = mergePages([wide('own', 50)], [from('a', false, wide('x', 60), wide('y', 20), wide('z', 10))]);
    const fitted = fitBudget(merged, 100, 0);
    expect(names(fitted.families)).toEqual(['own', 'y', 'z', ...reports]);
    expect(fitted.left).toEqual([{ family: 'x', label: 'id', examples, series: 60 }]);
    expect(fitted.families.find(({ name }) => name === reports[0])?.samples).toEqual([
      sample('standpipe_page_series_not_shown', 60, { family: 'x', label: 'id' }),
    ]);
    expect(fitted.families.find(({ name }) => name === reports[1])?.samples).toEqual(
      examples.map((example) =>
        sample('standpipe_page_series_not_shown_example', 1, { family: 'x', label: 'id', example }),
      ),
    );
    expect(count(fitted.families)).toBe(fitted.series);
  });

  test('does not let an app push out the own family of the same name', () => {
    const merged = mergePages([wide('hits', 20)], [from('a', false, wide('hits', 80))]);
    const fitted = fitBudget(merged, 100, 0);
    expect(fitted.families[0]?.samples.length).toBe(20);
    expect(fitted.left).toEqual([{ family: 'hits', label: 'id', examples, series: 80 }]);
  });

  test('names ten families at most and sums up the others', () => {
    const merged = mergePages([], [from('a', false, ...Array.from({ length: 40 }, (_, i) => wide(`f${i}`, 100 + i)))]);
    const fitted = fitBudget(merged, 100, 7);
    expect(count(fitted.families)).toBe(16);
    const report = fitted.families[0]?.samples ?? [];
    expect(report.length).toBe(11);
    expect(report.reduce((sum, { value }) => sum + Number(value), 0)).toBe(4780 + 7);
  });

  test.each([1, 20, 100, 500, 2000])('is kept by a page of any families: %i', (maxSeries) => {
    const families = Array.from({ length: 60 }, (_, i) => wide(`f${i}`, (i * 37) % 90));
    const fitted = fitBudget(mergePages([wide('own', 30)], [from('a', false, ...families)]), maxSeries, 0);
    expect(count(fitted.families)).toBeLessThanOrEqual(Math.max(maxSeries, 16));
    expect(count(fitted.families)).toBe(fitted.series);
  });
});

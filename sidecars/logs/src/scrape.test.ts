import { expect, test } from 'vitest';
import { ownFamilies, scrapeFluentBit, sumOf } from './scrape.ts';
import { freePort } from './testing/sink.ts';

const page = [
  '# HELP fluentbit_input_records_total Number of input records.',
  '# TYPE fluentbit_input_records_total counter',
  'fluentbit_input_records_total{name="tail.0"} 40 1795508493937',
  'fluentbit_input_records_total{name="tail {1}"} 2',
  '# TYPE standpipe_logs_up gauge',
  'standpipe_logs_up 7',
  '',
].join('\n');

test('sums the series of a family, with and without labels and times', () => {
  expect(sumOf(page, 'fluentbit_input_records_total')).toBe(42);
  expect(sumOf(page, 'standpipe_logs_up')).toBe(7);
  expect(sumOf(page, 'fluentbit_input_records')).toBeUndefined();
});

test('passes on only families that are Fluent Bit’s own', () => {
  expect(ownFamilies(page)).toBe(page.split('\n').slice(0, 4).join('\n').concat('\n'));
  expect(ownFamilies('')).toBe('');
});

test('has nothing of a Fluent Bit that does not answer', async () => {
  expect(await scrapeFluentBit(await freePort())).toBe('');
});

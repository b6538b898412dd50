import { expect, test } from 'vitest';
import { createLogger, errorText } from './log.ts';

const now = () => new Date(0);

test('writes one JSON object a line with the fields of the message', () => {
  const lines: string[] = [];
  const log = createLogger({ component: 'c', write: (line) => lines.push(line), now });
  log.warn('it happened', { port: 1, error: Object.assign(new Error('no'), { code: 'ENO' }) });
  log.debug('too quiet');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      component: 'c',
      message: 'it happened',
      port: 1,
      error: 'no (ENO)',
    },
  ]);
});

test('keeps line breaks and escape codes of a value inside its JSON string', () => {
  const lines: string[] = [];
  createLogger({ component: 'c', write: (line) => lines.push(line), now }).info('m', { value: 'a\n\u001b[31m' });
  expect(lines[0]).not.toContain('\n');
  expect(lines[0]).not.toContain('\u001b');
});

test('gives anything that was thrown a text', () => {
  expect([errorText('x'), errorText(new Error('y')), errorText(undefined)]).toEqual(['x', 'y', 'undefined']);
});

import type { Exemplar, Label, Sample } from '../../../common/src/family.ts';
import type { PageFormat } from '../../../common/src/render.ts';

const nameAt = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelNameAt = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const wordAt = /[^ \t#{},"]+/y;

/** Numbers that both formats take; their readers parse them as Go's strconv.ParseFloat does. */
const number = /^[+-]?(\d+(\.\d*)?(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|nan)$/i;

/** Labels of one series; a line with more is no metric that anybody wants. */
const maxLabels = 128;

/** A place in a line. `at` is -1 once something did not fit. */
interface Cursor {
  readonly line: string;
  at: number;
}

/**
 * Reads one line of a page as a series: `name{label="value",...} value [time] [# {exemplar} value [time]]`. Times are in
 * milliseconds in text 0.0.4 and in seconds in OpenMetrics. Returns undefined for a line that is none.
 */
export function parseSampleLine(line: string, format: PageFormat): Sample | undefined {
  const cursor: Cursor = { line, at: 0 };
  skipBlanks(cursor);
  const name = take(cursor, nameAt);
  skipBlanks(cursor);
  const labels = line[cursor.at] === '{' ? takeLabels(cursor) : [];
  const value = takeNumber(cursor);
  const timestampMs = takeTimestamp(cursor, format);
  const exemplar = format === 'openmetrics' ? takeExemplar(cursor) : undefined;
  skipBlanks(cursor);
  if (cursor.at !== line.length || name === undefined || labels === undefined || value === undefined) return undefined;
  return { name, labels, value, ...(timestampMs !== undefined && { timestampMs }), ...(exemplar && { exemplar }) };
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.line[cursor.at] === ' ' || cursor.line[cursor.at] === '\t') cursor.at += 1;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  if (cursor.at < 0) return undefined;
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.line)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function fail(cursor: Cursor): undefined {
  cursor.at = -1;
  return undefined;
}

/** Label names are unique within a series; a comma may follow the last label. */
function takeLabels(cursor: Cursor): readonly Label[] | undefined {
  const labels: Label[] = [];
  cursor.at += 1;
  for (;;) {
    skipBlanks(cursor);
    if (cursor.line[cursor.at] === '}') break;
    const label = takeLabel(cursor);
    if (label === undefined || labels.length === maxLabels) return fail(cursor);
    if (labels.some(([name]) => name === label[0])) return fail(cursor);
    labels.push(label);
    skipBlanks(cursor);
    if (cursor.line[cursor.at] === ',') cursor.at += 1;
    else if (cursor.line[cursor.at] !== '}') return fail(cursor);
  }
  cursor.at += 1;
  return labels;
}

function takeLabel(cursor: Cursor): Label | undefined {
  const name = take(cursor, labelNameAt);
  skipBlanks(cursor);
  if (name === undefined || cursor.line[cursor.at] !== '=') return undefined;
  cursor.at += 1;
  skipBlanks(cursor);
  if (cursor.line[cursor.at] !== '"') return undefined;
  const start = cursor.at + 1;
  const end = closingQuote(cursor.line, start);
  if (end < 0) return undefined;
  cursor.at = end + 1;
  return [name, unescapeText(cursor.line.slice(start, end))];
}

function closingQuote(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    if (line[at] === '"') return at;
    if (line[at] === '\\') at += 1;
  }
  return -1;
}

/** Undoes `\\`, `\"` and `\n`; any other backslash stands for itself. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\\"n])/g, (_, code: string) => (code === 'n' ? '\n' : code));
}

function takeNumber(cursor: Cursor): string | undefined {
  if (cursor.at >= 0) skipBlanks(cursor);
  const word = take(cursor, wordAt);
  return word !== undefined && number.test(word) ? word : fail(cursor);
}

function takeTimestamp(cursor: Cursor, format: PageFormat): number | undefined {
  if (cursor.at < 0) return undefined;
  skipBlanks(cursor);
  const { at, line } = cursor;
  if (at >= line.length || line[at] === '#') return undefined;
  const word = takeNumber(cursor);
  const time = Number(word);
  if (!Number.isFinite(time) || (format === 'text' && !Number.isInteger(time))) return fail(cursor);
  return format === 'text' ? time : Math.round(time * 1000);
}

function takeExemplar(cursor: Cursor): Exemplar | undefined {
  if (cursor.at < 0) return undefined;
  skipBlanks(cursor);
  if (cursor.line[cursor.at] !== '#') return undefined;
  cursor.at += 1;
  skipBlanks(cursor);
  if (cursor.line[cursor.at] !== '{') return fail(cursor);
  const labels = takeLabels(cursor);
  const value = takeNumber(cursor);
  const timestampMs = takeTimestamp(cursor, 'openmetrics');
  if (labels === undefined || value === undefined) return fail(cursor);
  return { labels, value, ...(timestampMs !== undefined && { timestampMs }) };
}

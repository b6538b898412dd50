import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleLogs } from './logs.sample.ts';
import { parseLogsConfig } from './logs.ts';

/** Replaces what stands at a dotted path, in a deep copy. */
function withValue(path: string, value: unknown): string {
  const copy = structuredClone(sampleLogs) as unknown as Record<string, unknown>;
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let at = copy;
  for (const part of parts) at = at[part] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(copy);
}

function problemsOf(text: string): readonly string[] {
  const parsed = parseLogsConfig(text);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('parseLogsConfig', () => {
  test('accepts all files of a folder', () => {
    const files = ['/var/log/orders/*'];
    expect(parseLogsConfig(JSON.stringify({ ...sampleLogs, files }))).toEqual({ config: { ...sampleLogs, files } });
  });

  test('accepts a whole configuration and returns it as it is', () => {
    expect(parseLogsConfig(JSON.stringify(sampleLogs))).toEqual({ config: sampleLogs });
  });

  test.each([
    ['generation', '', 'generation must be'],
    ['source', 'journal', 'source must be "stdout" or "files"'],
    ['files', [], 'files must name at least one file'],
    ['files', ['orders.log'], 'files[0] must be an absolute path'],
    ['files', ['/var/log/orders/a.log,/etc/passwd'], 'files[0] must be an absolute path'],
    ['files', ['/var/log/*/a.log'], 'files[0] must be an absolute path'],
    ['files', ['/var/log/../../etc/passwd'], 'files[0] must not contain "." or ".."'],
    ['files', ['/var/run/secrets/kubernetes.io/serviceaccount/token'], 'files[0] must not lie in /var/run'],
    ['format', 'xml', 'format must be "json" or "text"'],
    ['sink', null, 'sink must be an object'],
    ['sink.type', 'exec', 'sink.type must be "http"'],
    ['sink.host', 'sink example', 'sink.host must be a host name'],
    ['sink.port', 70_000, 'sink.port must be an integer from 1 to 65535'],
    ['sink.uri', 'logs', 'sink.uri must be a path'],
    ['sink.tls', 'yes', 'sink.tls must be true or false'],
    ['sink.exec', 'rm', 'sink."exec" is not a field that this version knows'],
    ['buffer.sizeBytes', 1, 'buffer.sizeBytes must be an integer from'],
    ['buffer.whenFull', 'crash', 'buffer.whenFull must be "block" or "dropOldest"'],
    ['labels', { 'a b': 'c' }, 'the key "a b" of labels must be a name'],
    ['labels', { team: 'two words' }, 'labels.team must be letters'],
    ['labels', { log: 'x' }, 'labels.log is a field that the sidecar sets itself'],
    ['redact', {}, '"redact" is not a field that this version knows'],
    ['format', undefined, 'format must be "json" or "text"'],
  ])('refuses %s = %j and says: %s', (path, value, says) => {
    expect(problemsOf(withValue(path, value))).toContainEqual(expect.stringContaining(says));
  });

  test('refuses what is not JSON, with the place', () => {
    expect(problemsOf('{"a":')).toEqual([expect.stringMatching(/^the configuration must be JSON: /)]);
    expect(problemsOf('[]')).toContain('the configuration must be an object');
  });

  test('names the field of every text that Fluent Bit would expand or that would end a line', () => {
    const places = ['generation', 'files', 'sink.host', 'sink.uri', 'labels'] as const;
    const hostile = fc.constantFrom(
      '\u0024{HOME}',
      '\u0024{',
      '\n',
      '\r',
      '\r\nX-Injected: yes',
      '\u0000',
      '\u001b[0m',
    );
    const padding = fc.string({ unit: fc.constantFrom('a', '/', '0', '.', '-'), maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...places), padding, hostile, padding, (place, before, danger, after) => {
        const text = `/${before}${danger}${after}`;
        const value = place === 'files' ? [text] : place === 'labels' ? { team: text } : text;
        const named =
          place === 'files' ? 'files[0] must not' : place === 'labels' ? 'labels.team must not' : `${place} must not`;
        expect(problemsOf(withValue(place, value))).toContainEqual(expect.stringContaining(named));
      }),
    );
  });

  test('never throws, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(problemsOf(text)).not.toEqual([]);
      }),
    );
  });
});

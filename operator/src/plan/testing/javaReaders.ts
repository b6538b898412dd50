/** How Kafka's Java clients read what is written for them, for tests. */

const shortEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

/**
 * Reads property files as java.util.Properties.load(InputStream) does, as far as natural lines without continuation and
 * keys without escapes go.
 * @throws Error where a byte is not ASCII: the Java side would read it as ISO 8859-1
 */
export function readJavaProperties(text: string): Record<string, string> {
  if (/[^\n -~]/.test(text)) throw new Error('not plain ASCII');
  const pairs = text.split('\n').flatMap((line) => {
    const [, key, value] = /^([^#!=:\s][^=:\s]*)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return [];
    const read = value.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/g, (_, hex: string | undefined, other: string) =>
      hex === undefined ? (shortEscapes[other] ?? other) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return [[key, read] as const];
  });
  return Object.fromEntries(pairs);
}

const tokenEscapes: Readonly<Record<string, string>> = { ...shortEscapes, a: '\u0007', b: '\b', v: '\u000b' };

/**
 * Reads a JAAS entry as Kafka's JaasConfig does, whose quoted texts are java.io.StreamTokenizer's: they end at a quote or
 * a line break, and know C's escapes.
 * @returns the login module and its options
 * @throws Error where it is not one entry of quoted options
 */
export function readJaas(text: string): { readonly module: string; readonly options: Record<string, string> } {
  const option = /\s+(\w+)="((?:[^"\\\r\n]|\\[^\r\n])*)"/y;
  const head = /^([\w.]+) required/.exec(text);
  if (head === null) throw new Error('no login module');
  const options: Record<string, string> = {};
  option.lastIndex = head[0].length;
  let end = option.lastIndex;
  for (let found = option.exec(text); found !== null; found = option.exec(text)) {
    const [, name = '', value = ''] = found;
    options[name] = value.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
      /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (tokenEscapes[code] ?? code),
    );
    end = option.lastIndex;
  }
  if (text.slice(end) !== ';') throw new Error(`unexpected ${text.slice(end)}`);
  return { module: head[1] ?? '', options };
}

import { http } from '../../common/src/http.ts';

/** The path of Fluent Bit's metrics in Prometheus' text format. */
const metricsPath = '/api/v2/metrics/prometheus';

/** Fluent Bit answers in about a millisecond; when it does not, the page goes without it. */
const timeoutMs = 1000;

const maxBytes = 512 * 1024;

/** Returns Fluent Bit's own metrics, or '' if it does not answer. Its numbers are at most one second old. */
export function scrapeFluentBit(port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: metricsPath, timeout: timeoutMs, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > maxBytes) request.destroy();
        });
        response.on('end', () => resolve(response.statusCode === 200 ? text : ''));
        response.on('close', () => resolve(''));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(''));
  });
}

/** Returns the lines of Fluent Bit's own families: whatever else stood on its page cannot pass for one of ours. */
export function ownFamilies(text: string): string {
  const lines = text.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?fluentbit_/.test(line));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Returns the sum of all series of a name (and with that label, as written), or undefined if there is none. */
export function sumOf(text: string, name: string, label = ''): number | undefined {
  let sum: number | undefined;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    if (!line.includes(label)) continue;
    const value = Number(/^\S+(?:\{.*\})? (\S+)/.exec(line.replace(/\{.*\}/, ''))?.[1]);
    if (Number.isFinite(value)) sum = (sum ?? 0) + value;
  }
  return sum;
}

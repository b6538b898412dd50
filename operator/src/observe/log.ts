import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * Makes the process's logger: JSON lines on stdout, without host name and process id, which the node adds anyway. Values
 * under names that hold secrets are never written.
 * @param component `controller` or `webhook`
 * @param level one of pino's levels; `info` by default
 * @param destination where lines go; stdout by default
 */
export function createLog(component: string, level = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const secretNames = ['password', 'token', 'authorization', 'data', 'stringData'];
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

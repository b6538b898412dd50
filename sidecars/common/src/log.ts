/** Structured log lines: one JSON object a line, on standard output. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values that belong to a message. Errors are written as their message and code, never with a stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines. Messages are constant sentences; what varies goes into the fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What a logger is made of; everything but the component has a default. */
export interface LoggerOptions {
  /** Who writes, as in the container's name. */
  readonly component: string;
  /** Lines below this level are left out. */
  readonly level?: LogLevel;
  /** Takes one line without its newline. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Makes a logger. A field named like one of the line's own keys (time, level, component, message) is left out. */
export function createLogger(options: LoggerOptions): Logger {
  const { component, level = 'info', write = toStdout(), now = () => new Date() } = options;
  const at = (own: LogLevel) => (message: string, fields?: LogFields) => {
    if (order.indexOf(own) < order.indexOf(level)) return;
    const line = { time: now().toISOString(), level: own, component, message };
    write(JSON.stringify({ ...line, ...plain(fields), ...line }));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The text of anything that was thrown: `message (CODE)`. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}

function plain(fields: LogFields | undefined): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields ?? {})) {
    result[key] = value instanceof Error ? errorText(value) : typeof value === 'bigint' ? String(value) : value;
  }
  return result;
}

let stdoutGuarded = false;

function toStdout(): (line: string) => void {
  if (!stdoutGuarded) {
    // A closed reader (EPIPE) must not end a process that carries traffic: the line is lost, the process is not.
    process.stdout.on('error', () => {});
    stdoutGuarded = true;
  }
  return (line) => {
    process.stdout.write(`${line}\n`);
  };
}

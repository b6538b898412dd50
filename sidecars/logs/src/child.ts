import { type ChildProcess, spawn } from 'node:child_process';
import { env as environment } from 'node:process';

/** How a Fluent Bit process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when it could not be started at all. */
  readonly startError?: NodeJS.ErrnoException;
  /** The last few errors that it wrote. */
  readonly errors: readonly string[];
}

/** One line that Fluent Bit wrote about itself. */
export interface ChildLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

/** A running (or ended) Fluent Bit process. */
export interface Child {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly startedMs: number;
  /** Resolves when the process has ended; never rejects. */
  readonly exit: Promise<Exit>;
  /** True from the moment that its end is known. */
  readonly ended: boolean;
  kill(signal: NodeJS.Signals): void;
}

/** What to start. */
export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly onLine?: (line: ChildLine) => void;
}

/** `[2026/11/24 08:00:00.123] [ warn] [engine] ...`; what does not look like this is its banner. */
const linePattern = /^\[\d{4}\/[^\]]*\] \[ *(\w+)\] (.*)$/;

/** Terminal colours (ECMA-48 SGR), which it writes even into a pipe. */
const colours = new RegExp(`${String.fromCodePoint(0x1b)}\\[[0-9;]*m`, 'g');

/** Starts Fluent Bit, without a standard input. Of the environment it gets only where certificates are: it must expand nothing. */
export function startChild({ program, args, onLine }: ChildOptions): Child {
  const process = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: certificateVariables() });
  let ended = false;
  const errors: string[] = [];
  const take = (raw: string) => {
    const line = parseLine(raw);
    if (line === undefined) return;
    if (line.level === 'error' && errors.push(line.text) > 3) errors.shift();
    onLine?.(line);
  };
  readLines(process, take);
  const exit = new Promise<Exit>((resolve) => {
    const end = (rest: Omit<Exit, 'errors'>) => {
      ended = true;
      resolve({ ...rest, errors });
    };
    process.on('error', (startError: NodeJS.ErrnoException) => {
      if (process.pid === undefined) end({ code: null, signal: null, startError });
    });
    process.on('close', (code, signal) => end({ code, signal }));
  });
  return {
    pid: process.pid,
    startedMs: Date.now(),
    exit,
    get ended() {
      return ended;
    },
    kill: (signal) => void process.kill(signal),
  };
}

/** Says in words how a process ended. */
export function exitText({ code, signal, startError, errors }: Exit): string {
  if (startError !== undefined) return `could not be started: ${startError.message}`;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return errors.length === 0 ? how : `${how}: ${errors.join('; ')}`;
}

/** Returns a line of Fluent Bit's log, or undefined for anything else that it prints. */
export function parseLine(raw: string): ChildLine | undefined {
  const [, level, text] = linePattern.exec(raw.replace(colours, '').trimEnd()) ?? [];
  if (level === undefined || text === undefined) return undefined;
  return { level: level === 'error' || level === 'warn' ? level : 'info', text };
}

function certificateVariables(): Record<string, string | undefined> {
  const names = ['SSL_CERT_FILE', 'SSL_CERT_DIR'].filter((name) => environment[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/** The longest line that is kept; the rest of a longer one is read and forgotten. */
const maxLine = 4096;

function readLines(process: ChildProcess, take: (line: string) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, maxLine);
      for (const line of lines) take(line.slice(0, maxLine));
    });
    stream?.on('end', () => {
      if (rest !== '') take(rest);
    });
  }
}

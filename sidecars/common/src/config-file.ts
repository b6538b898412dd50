import { open } from 'node:fs/promises';
import { errorText } from './log.ts';

/** What a parser makes of a file's text: the configuration, or every reason why it is none. */
export type Parsed<T> = { readonly config: T } | { readonly problems: readonly string[] };

/** How a configuration file is followed. */
export interface ConfigFileOptions<T> {
  readonly path: string;
  /** Turns the text into a configuration; pure, and names the field in every problem. */
  readonly parse: (text: string) => Parsed<T>;
  /** Used until the file is there: its volume is optional and may be filled later. */
  readonly initial: T;
  /** Called with every new good configuration, in order. */
  readonly onChange?: (config: T) => void;
  /** Called when the file has become unusable, once for each new set of problems. */
  readonly onProblems?: (problems: readonly string[]) => void;
  readonly intervalMs?: number;
}

/** A followed configuration file. */
export interface ConfigFile<T> {
  /** The last good configuration. */
  readonly config: T;
  /** What is wrong with the file as it stands now; empty when `config` is what the file says. */
  readonly problems: readonly string[];
  /** True once a good configuration has been read from the file. */
  readonly loaded: boolean;
  /** Good configurations taken up so far. */
  readonly reloads: number;
  /** Unusable contents seen so far. */
  readonly failures: number;
  /** Reads the file now instead of at the next tick. */
  check(): Promise<void>;
  close(): void;
}

/** A ConfigMap holds at most 1 MiB (kubernetes core/v1 MaxSecretSize); a larger file is not ours. */
const maxBytes = 1_048_576;

/**
 * Follows a configuration file by its content, read once a second: a ConfigMap volume changes by a swap of a symbolic
 * link above the file, which file watchers miss or report late. A broken or missing file keeps the last good content.
 */
export async function followConfigFile<T>(options: ConfigFileOptions<T>): Promise<ConfigFile<T>> {
  const { path, parse, intervalMs = 1000 } = options;
  let config = options.initial;
  let problems: readonly string[] = [];
  let loaded = false;
  let reloads = 0;
  let failures = 0;
  let lastText: string | undefined;
  let reading: Promise<void> | undefined;

  const fail = (found: readonly string[]) => {
    if (found.join('\n') === problems.join('\n')) return;
    problems = found;
    failures += 1;
    options.onProblems?.(found);
  };
  const take = (text: string) => {
    lastText = text;
    const parsed = parseSafely(parse, text);
    if ('problems' in parsed) {
      fail(parsed.problems);
      return;
    }
    config = parsed.config;
    problems = [];
    loaded = true;
    reloads += 1;
    options.onChange?.(config);
  };
  const read = async () => {
    try {
      const text = await readBounded(path);
      if (text !== lastText) take(text);
    } catch (error) {
      lastText = undefined;
      if (!isMissing(error)) fail([`${path}: ${errorText(error)}`]);
      else if (loaded) fail([`${path} is gone; the last good configuration stays in use`]);
    }
  };
  const check = () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  await check();
  const timer = setInterval(() => void check(), intervalMs);
  timer.unref();
  return {
    get config() {
      return config;
    },
    get problems() {
      return problems;
    },
    get loaded() {
      return loaded;
    },
    get reloads() {
      return reloads;
    },
    get failures() {
      return failures;
    },
    check,
    close: () => clearInterval(timer),
  };
}

function parseSafely<T>(parse: (text: string) => Parsed<T>, text: string): Parsed<T> {
  try {
    return parse(text);
  } catch (error) {
    return { problems: [`cannot be read as a configuration: ${errorText(error)}`] };
  }
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new Error(`the file has ${size} bytes, more than the ${maxBytes} that a ConfigMap can hold`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** ENOENT and ENOTDIR: the volume is optional and empty until its ConfigMap exists. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

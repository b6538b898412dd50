/** Reading of environment variables, with every problem collected instead of the first thrown. */

/** Bounds of a whole number. */
export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** Reads variables and remembers what was wrong with them. A variable that is set to nothing counts as not set. */
export interface EnvironmentReader {
  /** The value, or the fallback; without a fallback a missing variable is a problem and reads as ''. */
  text(name: string, fallback?: string): string;
  /** A whole number within the range, else a problem and the fallback. */
  integer(name: string, fallback: number, range: IntegerRange): number;
  /** Comma-separated values without blanks; empty when not set. */
  list(name: string): readonly string[];
  /** JSON that `check` accepts; `check` returns problems. Not set, not JSON or refused reads as the fallback. */
  json<T>(
    name: string,
    fallback: T,
    check: (value: unknown) => { readonly value: T } | { readonly problems: readonly string[] },
  ): T;
  /** Sentences that each name their variable. */
  readonly problems: readonly string[];
}

/** Makes a reader over an environment such as `process.env`. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentReader {
  const problems: string[] = [];
  return {
    problems,
    text(name, fallback) {
      const value = env[name];
      if (value) return value;
      if (fallback === undefined) problems.push(`${name} is not set`);
      return fallback ?? '';
    },
    integer(name, fallback, { min, max }) {
      const value = env[name];
      if (!value) return fallback;
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      problems.push(`${name} must be a whole number from ${min} to ${max}, not "${value}"`);
      return fallback;
    },
    list(name) {
      return (env[name] ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    },
    json(name, fallback, check) {
      const value = env[name];
      if (!value) return fallback;
      const checked = checkJson(value, check);
      if ('value' in checked) return checked.value;
      problems.push(...checked.problems.map((problem) => `${name}: ${problem}`));
      return fallback;
    },
  };
}

function checkJson<T>(
  text: string,
  check: (value: unknown) => { readonly value: T } | { readonly problems: readonly string[] },
): { readonly value: T } | { readonly problems: readonly string[] } {
  try {
    return check(JSON.parse(text));
  } catch (error) {
    return { problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** What a command's exit status says to the script that called it. */
export const exitCodes = {
  /** Everything asked for was done. */
  ok: 0,
  /** It was done, and something was found that should stop a pipeline. */
  findings: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A file or the standard input cannot be read, is not YAML, or holds an object that the API would refuse. */
  input: 3,
  /** The cluster cannot be reached or refused the request. */
  cluster: 4,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error whose message is meant for the person who typed the command: no stack is shown. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** The input is not usable. */
export class InputError extends CliError {
  override readonly name = 'InputError';

  constructor(message: string, cause?: unknown) {
    super(message, exitCodes.input, cause);
  }
}

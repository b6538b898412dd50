import { spawn } from 'node:child_process';

/** How a command ended. `code` is the exit status, or 128 + signal number as shells report it. */
export type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** What a command may be given. `onLine` sees each line of standard error as it comes; `timeoutMs` kills the command. */
export type CommandOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly inherit?: boolean;
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
};

const SIGNALLED = 128 + 15;

/** A command that ended with another status than 0. */
export class CommandError extends Error {
  readonly result: Result;
  constructor(command: readonly string[], result: Result) {
    const said = (result.stderr || result.stdout).trim().split('\n').slice(-8).join('\n');
    super(`${command.slice(0, 4).join(' ')} ... ended with status ${result.code}: ${said}`);
    this.name = 'CommandError';
    this.result = result;
  }
}

function lines(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  };
}

/** Runs a command to its end and gives back how it ended. Throws only when the program cannot be started at all. */
export function run(command: readonly string[], options: CommandOptions = {}): Promise<Result> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit === true ? 'inherit' : ['pipe', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
    });
    let stdout = '';
    let stderr = '';
    const seen = options.onLine === undefined ? undefined : lines(options.onLine);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      seen?.(chunk);
    });
    child.stdin?.on('error', () => {}); // the command may end before it has read its input
    child.stdin?.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? SIGNALLED, stdout, stderr }));
  });
}

/** Like `run`, but another status than 0 is a `CommandError`; gives back standard output. */
export async function must(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(command, options);
  if (result.code !== 0) throw new CommandError(command, result);
  return result.stdout;
}

#!/usr/bin/env node
import { untilTerminated } from './cli/termination.ts';
import { UsageError } from './cli/usageError.ts';

/**
 * The entry point of everything that the operator's image and the command line do. Each command is loaded when it is
 * asked for, so that `inject` does not pay for what the controller needs.
 */
interface Command {
  readonly text: string;
  readonly run: (args: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  inject: {
    text: 'put sidecars into workloads of manifests, without a cluster',
    run: async (args) => (await import('./cli/injectCommand.ts')).injectCommand(args),
  },
  explain: {
    text: 'say what would be injected and why, of manifests, or what became of a pod',
    run: async (args) => (await import('./cli/explainCommand.ts')).explainCommand(args),
  },
  controller: {
    text: 'run the controller (in a cluster)',
    run: (args) =>
      serve(async (signal) => (await import('./cli/controllerCommand.ts')).controllerCommand(args, signal)),
  },
  webhook: {
    text: 'run the admission webhook (in a cluster)',
    run: (args) => serve(async (signal) => (await import('./cli/webhookCommand.ts')).webhookCommand(args, signal)),
  },
};

/**
 * Takes signals before the rest of a server is loaded: to the first process of a container the kernel delivers none
 * that it has no handler for, and the kubelet would wait for the whole grace period.
 */
function serve(command: (signal: AbortSignal) => Promise<number>): Promise<number> {
  return command(untilTerminated());
}

function usage(): string {
  const rows = Object.entries(commands).map(([name, { text }]) => `  ${name.padEnd(12)} ${text}`);
  return `usage: standpipe <command> [options]\n\n${rows.join('\n')}\n\nstandpipe <command> --help says more.\n`;
}

/** Exit codes: 0 done, 1 failed, 2 used wrongly; commands add their own. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') {
    process.stdout.write(usage());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command ${name}\n\n${usage()}`);
  return command.run(args);
}

/** What parseArgs throws is the user's, not a fault of the program. */
function isUsage(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(isUsage(error) ? `standpipe: ${(error as Error).message}\n` : `${(error as Error).stack}\n`);
  process.exitCode = isUsage(error) ? 2 : 1;
}

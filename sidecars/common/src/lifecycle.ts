import { errorText, type Logger } from './log.ts';

/** How a process ends. */
export interface TerminationOptions {
  readonly log: Logger;
  /** Does what must be done before the end; bounds its own time. */
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
}

/**
 * Ends the process on the first SIGTERM or SIGINT, after `stop`: with code 0, or 1 where `stop` failed. Further signals
 * are ignored, since the kubelet's SIGKILL is the bound.
 */
export function stopOnSignal({ log, stop }: TerminationOptions): void {
  let stopping = false;
  const on = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    stop(signal).then(
      () => process.exit(0),
      (error) => {
        log.error('stopping failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', on);
  process.on('SIGINT', on);
}

/** Counts what nobody caught. */
export interface SurvivedErrors {
  readonly count: number;
}

/**
 * Keeps the process up when an error reaches nobody: it carries the app's traffic or logs, and a restart would cut every
 * connection for a fault of one. The error is logged with its stack and counted, so that it cannot hide.
 */
export function surviveErrors(log: Logger): SurvivedErrors {
  let count = 0;
  const on = (error: unknown) => {
    count += 1;
    log.error('an error reached nobody', {
      error: errorText(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  };
  process.on('uncaughtException', on);
  process.on('unhandledRejection', on);
  return {
    get count() {
      return count;
    },
  };
}

/** A signal that aborts when the process is told to end. A second signal ends it at once. */
export function untilTerminated(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(1));
      controller.abort(new Error(`The process was told to end by ${name}`));
    });
  }
  return controller.signal;
}

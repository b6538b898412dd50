import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderFluentBit } from '../../../operator/src/config/fluentBit.ts';
import type { LogsConfig } from '../../../operator/src/config/logs.ts';
import { type Child, exitText, startChild } from './child.ts';

/** What a check came to. `unavailable`: it could not be made, which says nothing about the configuration. */
export type Verdict =
  | { readonly result: 'accepted' }
  | { readonly result: 'refused'; readonly step: 'dry run' | 'probe start'; readonly reason: string }
  | { readonly result: 'unavailable'; readonly reason: string };

/** How a check is made. */
export interface CheckOptions {
  readonly program: string;
  readonly config: LogsConfig;
  /** The configuration as it would be used. */
  readonly configFile: string;
  readonly stateDir: string;
  /** Ends the check early; its verdict is then `unavailable`. */
  readonly signal: AbortSignal;
}

/** A dry run takes some 50 ms; what takes this long hangs. */
const dryRunMs = 5000;

/** What Fluent Bit cannot use it finds out while it starts: measured within 0.3 s, even on a busy machine. */
const probeMs = 1500;

/** Lets Fluent Bit read the configuration (`--dry-run`). It finds errors of syntax, not all wrong values. */
export async function dryRun({ program, configFile, signal }: CheckOptions): Promise<Verdict> {
  const ended = await endWithin(startChild({ program, args: ['--dry-run', '-c', configFile] }), dryRunMs, signal);
  if (signal.aborted) return { result: 'unavailable', reason: 'stopping' };
  if (ended === undefined) return { result: 'refused', step: 'dry run', reason: 'it did not end' };
  if (ended.startError !== undefined) return { result: 'unavailable', reason: exitText(ended) };
  return ended.code === 0 ? { result: 'accepted' } : { result: 'refused', step: 'dry run', reason: exitText(ended) };
}

/**
 * Starts Fluent Bit with the configuration beside the one that runs: with a state of its own, no HTTP server and no files to
 * read, so that it sends nothing. What cannot start ends within moments.
 */
export async function probeStart({ program, config, stateDir, signal }: CheckOptions): Promise<Verdict> {
  const probeDir = join(stateDir, 'probe');
  const logDir = join(probeDir, 'logs');
  rmSync(probeDir, { recursive: true, force: true });
  mkdirSync(logDir, { recursive: true });
  const configFile = join(probeDir, 'fluent-bit.yaml');
  const away = { ...config, files: config.files.map(() => join(logDir, 'none.log')) };
  writeFileSync(configFile, renderFluentBit(away, { stateDir: probeDir, podLogDir: logDir, httpPort: undefined }));
  try {
    const ended = await endWithin(startChild({ program, args: ['-c', configFile] }), probeMs, signal);
    if (signal.aborted) return { result: 'unavailable', reason: 'stopping' };
    if (ended === undefined) return { result: 'accepted' };
    if (ended.startError !== undefined) return { result: 'unavailable', reason: exitText(ended) };
    return { result: 'refused', step: 'probe start', reason: exitText(ended) };
  } finally {
    rmSync(probeDir, { recursive: true, force: true });
  }
}

/** Returns how the process ended, or undefined if it had to be killed: after the time, or at the signal. */
async function endWithin(child: Child, ms: number, signal: AbortSignal) {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => undefined);
  const ended = await Promise.race([child.exit, late]);
  timer.abort();
  if (ended === undefined) {
    child.kill('SIGKILL');
    await child.exit;
  }
  return ended;
}

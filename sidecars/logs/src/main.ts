/**
 * The log sidecar's process: keeps Fluent Bit running under a configuration that it follows, and drains at SIGTERM.
 *
 *     logs.json → Configurer → Keeper → Fluent Bit → sink
 *     SIGTERM → drain → termination message, exit code 0 (nothing left) or 1
 */

import { chunkDir, lineEndDir } from '../../../operator/src/config/fluentBit.ts';
import { podGlob } from '../../../operator/src/config/logFiles.ts';
import { type LogsConfig, parseLogsConfig } from '../../../operator/src/config/logs.ts';
import { followConfigFile } from '../../common/src/config-file.ts';
import { stopOnSignal, surviveErrors } from '../../common/src/lifecycle.ts';
import { createLogger } from '../../common/src/log.ts';
import { jsonPage, servePages } from '../../common/src/pages.ts';
import { listChunks, pruneRejected } from './chunks.ts';
import { Configurer } from './configure.ts';
import { drain } from './drain.ts';
import { Keeper } from './keeper.ts';
import { metricsPage, type Sources, statusOf } from './observe.ts';
import { type DrainReport, writeReport } from './report.ts';
import { readSettings } from './settings.ts';

/** Space that rejected records may take, beside the buffer's own. */
const maxRejectedBytes = 8 * 1024 * 1024;

const log = createLogger({ component: 'standpipe-logs' });
surviveErrors(log);
const { settings, problems } = readSettings(process.env);
for (const problem of problems) log.error('an environment variable cannot be used; its default is', { problem });

const keeper = new Keeper(log);
const configurer = new Configurer(settings, keeper, log);
let discarded = 0;
let report: DrainReport | undefined;

// Nothing is awaited before the signal is heeded: the kernel drops signals that the first process of a container does not handle.
const following = configurer.resume().then(() =>
  followConfigFile<LogsConfig | undefined>({
    path: settings.configPath,
    parse: parseLogsConfig,
    initial: undefined,
    onChange: (config) => config !== undefined && configurer.offer(config),
    onProblems: (found) => log.error('the configuration file cannot be used', { problems: found }),
  }),
);
stopOnSignal({ log, stop });
const file = await following;
if (!file.loaded && configurer.inUse === undefined)
  log.info('waiting for a configuration', { path: settings.configPath });

const sources: Sources = {
  keeper,
  configurer,
  stateDir: settings.stateDir,
  fluentBitPort: settings.fluentBitPort,
  fileProblems: () => file.problems,
  discarded: () => discarded,
  report: () => report,
};
servePages({
  port: settings.pagePort,
  hosts: ['127.0.0.1'],
  pages: { '/status': async () => jsonPage(await statusOf(sources)), '/metrics': () => metricsPage(sources) },
  log,
});
setInterval(prune, 10_000);

function prune(): void {
  const records = pruneRejected(listChunks(chunkDir(settings.stateDir)), maxRejectedBytes);
  if (records === 0) return;
  discarded += records;
  log.warn('rejected records were deleted for space', { records, maxRejectedBytes });
}

async function stop(): Promise<void> {
  const startedMs = performance.now();
  // The last word of the configuration counts, even if it came a moment ago.
  await (await following).check();
  await configurer.stop();
  const config = configurer.inUse;
  const outcome = await drain({
    keeper,
    globs: config === undefined ? [podGlob(settings.podLogDir)] : configurer.globs,
    lineEndDir: config?.source === 'files' ? lineEndDir(settings.stateDir) : undefined,
    budgetMs: settings.drainSeconds * 1000 - (performance.now() - startedMs),
    discarded,
    countsEarlierRejected: config?.buffer.whenFull !== 'dropOldest',
    onReport: tell,
    log,
  });
  log[outcome.state === 'complete' ? 'info' : 'error']('drained', { ...outcome });
  process.exit(outcome.state === 'complete' ? 0 : 1);
}

function tell(next: DrainReport): void {
  report = next;
  const error = writeReport(settings.terminationLog, next);
  if (error !== undefined) log.warn('the report could not be written', { path: settings.terminationLog, error });
}

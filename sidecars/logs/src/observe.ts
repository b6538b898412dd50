import { chunkDir } from '../../../operator/src/config/fluentBit.ts';
import { counter, type Family, gauge } from '../../common/src/family.ts';
import type { Page } from '../../common/src/pages.ts';
import { contentTypes, renderWhole } from '../../common/src/render.ts';
import { listChunks } from './chunks.ts';
import type { Configurer } from './configure.ts';
import type { Keeper } from './keeper.ts';
import { findFiles, readPositions, unreadFiles } from './positions.ts';
import type { DrainReport } from './report.ts';
import { ownFamilies, scrapeFluentBit, sumOf } from './scrape.ts';

/** Where the facts on the pages come from. */
export interface Sources {
  readonly keeper: Keeper;
  readonly configurer: Configurer;
  readonly stateDir: string;
  readonly fluentBitPort: number;
  /** What is wrong with the configuration file as it stands. */
  readonly fileProblems: () => readonly string[];
  /** Rejected records that were deleted for space. */
  readonly discarded: () => number;
  readonly report: () => DrainReport | undefined;
}

/** What is waiting: in files that were not read, and in chunks that were not acknowledged. */
interface Backlog {
  readonly unreadFiles: number;
  readonly unreadBytes: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  /** Seconds; 0 without chunks. A growing number means that the sink does not take what was read. */
  readonly oldestChunkSeconds: number;
  readonly rejectedBytes: number;
}

/** The JSON of `/status`. */
export async function statusOf(sources: Sources): Promise<object> {
  const { keeper, configurer } = sources;
  return {
    generation: configurer.inUse?.generation ?? null,
    problems: sources.fileProblems(),
    refused: configurer.refusal ?? null,
    fluentBit: keeper.status,
    backlog: backlogOf(sources),
    drain: sources.report() ?? null,
  };
}

/** The page of `/metrics`: the sidecar's own families, then Fluent Bit's own as they are. */
export async function metricsPage(sources: Sources): Promise<Page> {
  const fluentBit = sources.keeper.status.pid === undefined ? '' : await scrapeFluentBit(sources.fluentBitPort);
  const text = renderWhole([...families(sources), ...recordFamilies(fluentBit)], 'text');
  return { status: 200, contentType: contentTypes.text, body: text + ownFamilies(fluentBit) };
}

function families({ keeper, configurer, stateDir, fileProblems, discarded, ...rest }: Sources): readonly Family[] {
  const { state, restarts } = keeper.status;
  const backlog = backlogOf({ keeper, configurer, stateDir, fileProblems, discarded, ...rest });
  const generation = configurer.inUse?.generation ?? 'none';
  const isRefused = configurer.refusal !== undefined || fileProblems().length > 0;
  return [
    gauge('standpipe_logs_up', '1 while Fluent Bit runs.', [state === 'running' ? 1 : 0]),
    counter('standpipe_logs_restarts', 'Times that Fluent Bit ended by itself and was started again.', [restarts]),
    gauge('standpipe_logs_configuration_info', 'The configuration in use.', [1, { generation }]),
    gauge('standpipe_logs_configuration_refused', '1 while a later configuration stands refused.', [isRefused ? 1 : 0]),
    counter('standpipe_logs_configurations_refused', 'Configurations that Fluent Bit refused.', [configurer.refusals]),
    gauge('standpipe_logs_unread_bytes', 'Bytes in log files that were not read yet.', [backlog.unreadBytes]),
    gauge('standpipe_logs_chunk_bytes', 'Bytes on disk that no sink has acknowledged yet.', [backlog.chunkBytes]),
    gauge('standpipe_logs_oldest_chunk_seconds', 'Age of the oldest of these, 0 without any.', [
      backlog.oldestChunkSeconds,
    ]),
    gauge('standpipe_logs_rejected_bytes', 'Bytes on disk that the sink refused for good.', [backlog.rejectedBytes]),
    counter('standpipe_logs_rejected_discarded_records', 'Rejected records that were deleted for space.', [
      discarded(),
    ]),
  ];
}

/** Fluent Bit's own counters of records; they start over when it does. */
const recordCounters = [
  [
    'standpipe_logs_records_read',
    'fluentbit_input_records_total',
    'name="tail.0"',
    'Records read since Fluent Bit started.',
  ],
  [
    'standpipe_logs_records_delivered',
    'fluentbit_output_proc_records_total',
    'name="http.0"',
    'Records that the sink acknowledged.',
  ],
  [
    'standpipe_logs_records_dropped',
    'fluentbit_output_dropped_records_total',
    'name="http.0"',
    'Records given up: buffer full, or refused.',
  ],
] as const;

function recordFamilies(text: string): readonly Family[] {
  return recordCounters.flatMap(([name, source, label, help]) => {
    const value = sumOf(text, source, label);
    return value === undefined ? [] : [counter(name, help, [value])];
  });
}

function backlogOf({ keeper, configurer, stateDir }: Sources): Backlog {
  const pid = keeper.status.pid;
  const positions = pid === undefined ? new Map<string, number>() : readPositions(pid);
  const unread = unreadFiles(findFiles(configurer.globs), positions);
  const chunks = listChunks(chunkDir(stateDir));
  const waiting = chunks.filter((chunk) => !chunk.rejected);
  const oldestMs = Math.min(...waiting.map(({ createdMs }) => createdMs));
  const bytes = (list: readonly { readonly bytes: number }[]) => list.reduce((sum, each) => sum + each.bytes, 0);
  return {
    unreadFiles: unread.length,
    unreadBytes: unread.reduce((sum, { from, size }) => sum + size - from, 0),
    chunks: waiting.length,
    chunkBytes: bytes(waiting),
    oldestChunkSeconds: waiting.length === 0 ? 0 : Math.max(0, Math.round((Date.now() - oldestMs) / 1000)),
    rejectedBytes: bytes(chunks.filter((chunk) => chunk.rejected)),
  };
}

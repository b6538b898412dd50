/**
 * Renders the configuration of the log sidecar as Fluent Bit's own (https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml).
 * The document is built of typed objects and written by a serializer, never of text: what a user wrote stays a value. The
 * serializer is JSON's, since JSON is YAML in its flow style: a YAML library costs each pod 4 MB of memory.
 * What was chosen, and what was measured for it, stands in docs/design/2026-11-24-logs-sidecar.md.
 */

import { fileGlob, ignoredEndings, type LogGlob, ownContainer, podGlob } from './logFiles.ts';
import type { BufferConfig, LogsConfig, Sink } from './logs.ts';

/** Where Fluent Bit finds and leaves things; all of it is the sidecar's own choice. */
export interface FluentBitPaths {
  /** A writable directory of its own: positions and chunks. */
  readonly stateDir: string;
  /** Where this pod's directory of container logs is mounted. */
  readonly podLogDir: string;
  /** The loopback port of its HTTP server; undefined leaves the server out. */
  readonly httpPort: number | undefined;
}

type Value = string | number | boolean | readonly string[];

/** One plugin or section: properties by name. */
export type FluentBitSection = Readonly<Record<string, Value>>;

/** The document, as far as this project uses it. */
export interface FluentBitDocument {
  readonly service: FluentBitSection;
  readonly parsers: readonly FluentBitSection[];
  readonly pipeline: {
    readonly inputs: readonly FluentBitSection[];
    readonly filters: readonly FluentBitSection[];
    readonly outputs: readonly FluentBitSection[];
  };
}

/** The largest size of one chunk in memory, a fixed part of Fluent Bit. */
const chunkBytes = 2 * 1024 * 1024;

/** The most chunks held in memory; the rest of the buffer lies on disk only. */
const maxChunksUp = 32;

/** Returns the files that are read, as globs: of the app's own files also the ends that were completed in `lineEndDir`. */
export function logGlobs(
  config: LogsConfig,
  paths: Pick<FluentBitPaths, 'stateDir' | 'podLogDir'>,
): readonly LogGlob[] {
  if (config.source === 'stdout') return [podGlob(paths.podLogDir)];
  return config.files
    .map(fileGlob)
    .flatMap((glob) => [glob, { ...glob, directory: lineEndDir(paths.stateDir) + glob.directory }]);
}

/**
 * The directory where a last line is completed whose file may not be written: below it lie files of the same paths, which hold
 * just those lines.
 */
export function lineEndDir(stateDir: string): string {
  return `${stateDir}/ends`;
}

/** The directory of chunks below the state directory. */
export function chunkDir(stateDir: string): string {
  return `${stateDir}/chunks`;
}

/** Returns the text of Fluent Bit's YAML file. Throws if a value would be expanded, which a parsed configuration cannot cause. */
export function renderFluentBit(config: LogsConfig, paths: FluentBitPaths): string {
  const text = `${JSON.stringify(fluentBitDocument(config, paths), undefined, 2)}\n`;
  if (text.includes('${')) throw new Error('the rendered configuration contains "${", which Fluent Bit would expand');
  return text;
}

/** Returns the document that `renderFluentBit` writes. */
export function fluentBitDocument(config: LogsConfig, paths: FluentBitPaths): FluentBitDocument {
  return {
    service: service(config.buffer, paths),
    parsers: parsers(config, paths.podLogDir),
    pipeline: {
      inputs: [tail(config, paths)],
      filters: filters(config),
      outputs: outputs(config),
    },
  };
}

function service(buffer: BufferConfig, { stateDir, httpPort }: FluentBitPaths): FluentBitSection {
  return {
    flush: 0.5,
    // Leave only when every chunk is acknowledged: the supervisor bounds the time, not Fluent Bit.
    grace: -1,
    log_level: 'warn',
    // A refused reload loses the grace above, and a failed one ends the process: a change is a new process.
    hot_reload: 'off',
    ...(httpPort === undefined
      ? { http_server: 'off' }
      : { http_server: 'on', http_listen: '127.0.0.1', http_port: httpPort }),
    'scheduler.base': 1,
    // Without this cap (the default is 2000 s) lines wait for long after an outage has ended.
    'scheduler.cap': 10,
    'storage.path': chunkDir(stateDir),
    'storage.sync': 'normal',
    'storage.max_chunks_up': chunksUp(buffer),
    'storage.backlog.mem_limit': '16M',
    // Records that the sink refuses for good would vanish uncounted.
    'storage.keep.rejected': 'on',
    'storage.rejected.path': 'rejected',
  };
}

/** With `block` the number of chunks in memory is what stops the reading, so it carries the size of the buffer. */
function chunksUp({ sizeBytes, whenFull }: BufferConfig): number {
  return whenFull === 'block' ? Math.max(2, Math.min(maxChunksUp, Math.floor(sizeBytes / chunkBytes))) : maxChunksUp;
}

function parsers(config: LogsConfig, podLogDir: string): readonly FluentBitSection[] {
  const json: FluentBitSection = { name: 'json_line', format: 'json' };
  const escaped = podLogDir.replace(/[^A-Za-z0-9/_-]/g, '\\$&');
  const path: FluentBitSection = { name: 'pod_path', format: 'regex', regex: `^${escaped}/(?<container>[^/]+)/` };
  return [...(config.source === 'stdout' ? [path] : []), ...(config.format === 'json' ? [json] : [])];
}

function tail(config: LogsConfig, paths: FluentBitPaths): FluentBitSection {
  const { stateDir, podLogDir } = paths;
  const stdout = config.source === 'stdout';
  const own = stdout ? [`${podLogDir}/${ownContainer}/*`] : [];
  return {
    name: 'tail',
    tag: 'app',
    path: logGlobs(config, paths)
      .map(({ directory, name }) => `${directory}/${name}`)
      .join(','),
    exclude_path: [...own, ...ignoredEndings.map((ending) => `*${ending}`)].join(','),
    path_key: 'file',
    db: `${stateDir}/tail.db`,
    'db.sync': 'normal',
    read_from_head: 'true',
    refresh_interval: 1,
    progress_check_interval: 1,
    // A rotated file that is let go while its glob still finds it is read from its start again.
    rotate_wait: 86_400,
    buffer_chunk_size: '256k',
    buffer_max_size: '1M',
    // A batch is read without looking whether the buffer is full; the default of 50M would overrun a small one many times.
    static_batch_size: '2M',
    event_batch_size: '2M',
    skip_long_lines: 'on',
    truncate_long_lines: 'on',
    ...(stdout ? { 'multiline.parser': 'cri' } : {}),
    'storage.type': 'filesystem',
    'storage.pause_on_chunks_overlimit': config.buffer.whenFull === 'block' ? 'on' : 'off',
  };
}

/**
 * Fields of ours go in before the line is parsed: what the parser keeps is appended after the line's own fields, and of two
 * fields of one name the later is sent. So nothing that an app writes can pass for another pod's or container's line.
 */
function filters(config: LogsConfig): readonly FluentBitSection[] {
  const labels = Object.entries(config.labels).map(([key, value]) => `${key} ${value}`);
  const path: FluentBitSection = {
    name: 'parser',
    match: '*',
    key_name: 'file',
    parser: 'pod_path',
    reserve_data: 'on',
  };
  const who: FluentBitSection = {
    name: 'record_modifier',
    match: '*',
    // The record's own time is the line's; the flag for partial lines has done its work.
    ...(config.source === 'stdout' ? { remove_key: ['_p', 'time'] } : {}),
    ...(labels.length > 0 ? { record: labels } : {}),
  };
  const json: FluentBitSection = {
    name: 'parser',
    match: '*',
    key_name: 'log',
    parser: 'json_line',
    reserve_data: 'on',
  };
  return [
    ...(config.source === 'stdout' ? [path] : []),
    ...(labels.length > 0 || config.source === 'stdout' ? [who] : []),
    ...(config.format === 'json' ? [json] : []),
  ];
}

/**
 * A chunk that waits for its retry is put out of memory, and then no longer counts for `block`, unless it has a second way to
 * go: so there is one, which takes everything and does nothing.
 */
function outputs({ sink, buffer }: LogsConfig): readonly FluentBitSection[] {
  const output = { ...httpOutput(sink), ...outputBuffer(buffer) };
  return buffer.whenFull === 'block' ? [output, { name: 'null', match: '*' }] : [output];
}

function httpOutput(sink: Sink): FluentBitSection {
  // The host name is not checked by default, even where the chain is.
  const verify = sink.verify ? 'on' : 'off';
  const tls: FluentBitSection = sink.tls ? { tls: 'on', 'tls.verify': verify, 'tls.verify_hostname': verify } : {};
  return {
    name: 'http',
    match: '*',
    host: sink.host,
    port: sink.port,
    uri: sink.uri,
    format: 'json_lines',
    json_date_key: '@timestamp',
    json_date_format: 'iso8601',
    ...(sink.compress === 'gzip' ? { compress: 'gzip' } : {}),
    ...tls,
    retry_limit: 'no_limits',
    // What a sink answers may quote records.
    log_response_payload: 'off',
    'net.connect_timeout': '5s',
    // The default is to wait for ever for a sink that hangs.
    'net.io_timeout': '10s',
    workers: 1,
  };
}

function outputBuffer({ sizeBytes, whenFull }: BufferConfig): FluentBitSection {
  return whenFull === 'dropOldest' ? { 'storage.total_limit_size': `${Math.ceil(sizeBytes / 1024)}k` } : {};
}

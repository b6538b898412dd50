/** What `standpipe-logs` reads from `logs.json` in the Microservice's ConfigMap. Everything here can change in a running pod. */

import { Fields, type TextRule } from './fields.ts';

/** How lines are read: `json` makes fields of JSON lines and leaves others whole; `text` leaves every line whole. */
export type LogFormat = 'json' | 'text';

/** An HTTP sink: records are posted as JSON lines. */
export interface HttpSink {
  readonly type: 'http';
  readonly host: string;
  readonly port: number;
  /** The path and query of the request, with a leading slash. */
  readonly uri: string;
  readonly tls: boolean;
  /** Verify the server's certificate. Only meaningful with `tls`. */
  readonly verify: boolean;
  readonly compress: 'gzip' | 'none';
}

/** Where records go. A union by `type`: every further kind of sink is a further member. */
export type Sink = HttpSink;

/** The disk buffer in the pod: how large, and what happens when it is full. */
export interface BufferConfig {
  /** Bytes of chunks that the buffer may hold. */
  readonly sizeBytes: number;
  /** `block` stops reading (the log files themselves hold what is to come); `dropOldest` gives up the oldest chunks, counted. */
  readonly whenFull: 'block' | 'dropOldest';
}

/** The whole of `logs.json`. */
export interface LogsConfig {
  /** A digest of the content below; `/status` reports it. */
  readonly generation: string;
  /** `stdout` reads the node's files of this pod (CRI format); `files` reads plain lines from the shared volumes. */
  readonly source: 'stdout' | 'files';
  /** For `files`: absolute paths with an optional `*` in the last part, as the app writes them. */
  readonly files: readonly string[];
  readonly format: LogFormat;
  readonly sink: Sink;
  readonly buffer: BufferConfig;
  /** Fields added to every record: who wrote it. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A configuration that may be used, or every reason why not. */
export type ParsedLogs = { readonly config: LogsConfig } | { readonly problems: readonly string[] };

/** The smallest buffer: two chunks of Fluent Bit's, which may have 2 MB each and a little over. */
export const minBufferBytes = 5 * 1024 * 1024;

/** Fields of a record that the pipeline itself sets; a label of that name would hide one. */
const reservedLabels: readonly string[] = ['log', 'stream', 'file', 'container', '@timestamp'];

const generationRule: TextRule = {
  pattern: /^[A-Za-z0-9._-]+$/,
  max: 128,
  expects: 'letters, digits, ".", "_" or "-"',
};
const hostRule: TextRule = {
  pattern: /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/,
  max: 253,
  expects: 'a host name or an IP address',
};
const uriRule: TextRule = {
  pattern: /^\/[!-~]*$/,
  max: 1024,
  expects: 'a path that starts with "/" and has no spaces',
};
const fileRule: TextRule = {
  pattern: /^(?:\/[A-Za-z0-9._@%+=:-]+)+\/[A-Za-z0-9._@%+=:*-]+$/,
  max: 256,
  expects: 'an absolute path of a file in a directory, "*" only in its last part, no spaces and commas',
};
const labelKeyRule: TextRule = {
  pattern: /^[A-Za-z_][A-Za-z0-9_./-]*$/,
  max: 63,
  expects: 'a name that starts with a letter, then letters, digits, "_", ".", "/" or "-"',
};
const labelValueRule: TextRule = {
  pattern: /^[A-Za-z0-9._:/@+=-]+$/,
  max: 253,
  expects: 'letters, digits and ._:/@+=-',
};

/** Directories that no log lies in, but secrets, devices or the sidecar's own files do. */
const closedDirectories = [
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/run',
  '/var/run',
  '/var/lib/standpipe',
  '/var/log/standpipe-pod',
];

/** Reads the text of `logs.json`. Never throws; each problem begins with the field's path. */
export function parseLogsConfig(text: string): ParsedLogs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [`the configuration must be JSON: ${(error as Error).message}`] };
  }
  const problems: string[] = [];
  const fields = new Fields(problems, '', value);
  const generation = fields.text('generation', generationRule);
  const source = fields.oneOf('source', ['stdout', 'files']);
  const config: LogsConfig = {
    generation,
    source,
    files: readFiles(fields, source),
    format: fields.oneOf('format', ['json', 'text']),
    sink: readSink(fields.object('sink')),
    buffer: readBuffer(fields.object('buffer')),
    labels: readLabels(fields),
  };
  fields.done();
  return problems.length === 0 ? { config } : { problems };
}

function readFiles(fields: Fields, source: LogsConfig['source']): readonly string[] {
  const files = fields.texts('files', 16, fileRule);
  if (source === 'files' && files.length === 0)
    fields.problem('files', 'must name at least one file, for source "files"');
  files.forEach((path, index) => {
    const parts = path.split('/');
    const closed = closedDirectories.find((directory) => path.startsWith(`${directory}/`));
    if (parts.includes('..') || parts.includes('.'))
      fields.problem(`files[${index}]`, 'must not contain "." or ".." as a part');
    else if (closed !== undefined) fields.problem(`files[${index}]`, `must not lie in ${closed}`);
  });
  return files;
}

function readSink(fields: Fields): Sink {
  const sink: Sink = {
    type: fields.oneOf('type', ['http']),
    host: fields.text('host', hostRule),
    port: fields.integer('port', 1, 65535),
    uri: fields.text('uri', uriRule),
    tls: fields.flag('tls'),
    verify: fields.flag('verify'),
    compress: fields.oneOf('compress', ['gzip', 'none']),
  };
  fields.done();
  return sink;
}

function readBuffer(fields: Fields): BufferConfig {
  const buffer: BufferConfig = {
    sizeBytes: fields.integer('sizeBytes', minBufferBytes, 2 ** 40),
    whenFull: fields.oneOf('whenFull', ['block', 'dropOldest']),
  };
  fields.done();
  return buffer;
}

function readLabels(fields: Fields): Readonly<Record<string, string>> {
  const labels = fields.textMap('labels', 32, labelKeyRule, labelValueRule);
  for (const key of Object.keys(labels)) {
    if (reservedLabels.includes(key)) fields.problem(`labels.${key}`, 'is a field that the sidecar sets itself');
  }
  return labels;
}

/** What `standpipe-logs` reads from `logs.json` in the Microservice's ConfigMap. Everything here can change in a running pod. */

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

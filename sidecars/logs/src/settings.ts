import { readEnvironment } from '../../common/src/environment.ts';

/** What the container's environment says; every value has the default that the image and the injector agree on. */
export interface Settings {
  /** Fluent Bit's program. */
  readonly fluentBit: string;
  /** The configuration file, in an optional volume. */
  readonly configPath: string;
  /** A writable directory that outlives the container, not the pod. */
  readonly stateDir: string;
  /** Where this pod's directory of container logs is mounted. */
  readonly podLogDir: string;
  /** Seconds from SIGTERM to the end, whatever is left. */
  readonly drainSeconds: number;
  /** Where the report goes; the kubelet shows its content as the container's termination message. */
  readonly terminationLog: string;
  /** The loopback port of the sidecar's own page. */
  readonly pagePort: number;
  /** The loopback port of Fluent Bit's HTTP server. */
  readonly fluentBitPort: number;
}

/** Reads the settings. A variable that cannot be used is a problem and leaves its default in place. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): {
  readonly settings: Settings;
  readonly problems: readonly string[];
} {
  const reader = readEnvironment(env);
  const port = { min: 1, max: 65_535 };
  const settings: Settings = {
    fluentBit: reader.text('STANDPIPE_FLUENT_BIT', '/fluent-bit/bin/fluent-bit'),
    configPath: reader.text('STANDPIPE_LOGS_CONFIG', '/etc/standpipe/logs.json'),
    stateDir: reader.text('STANDPIPE_LOGS_STATE', '/var/lib/standpipe'),
    podLogDir: reader.text('STANDPIPE_POD_LOGS', '/var/log/standpipe-pod'),
    drainSeconds: reader.integer('STANDPIPE_DRAIN_SECONDS', 10, { min: 1, max: 3600 }),
    terminationLog: reader.text('STANDPIPE_TERMINATION_LOG', '/dev/termination-log'),
    pagePort: reader.integer('STANDPIPE_LOGS_PORT', 9471, port),
    fluentBitPort: reader.integer('STANDPIPE_FLUENT_BIT_PORT', 9472, port),
  };
  return { settings, problems: reader.problems };
}

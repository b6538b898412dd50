import { checkTaps, checkTargets, type ScrapeTarget, type TapPort } from '../../../operator/src/config/metrics.ts';
import { readEnvironment } from '../../common/src/environment.ts';
import type { ReadPathChoice } from './tap/self-test.ts';

/** What the container's environment says: everything that cannot change without a new pod. */
export interface Settings {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
  readonly microservice: string;
  readonly revision: string;
  /** The pod's addresses, at which the app is dialled; none if the environment lacks them. */
  readonly appHosts: readonly string[];
  readonly taps: readonly TapPort[];
  /** Pages that the pod itself declares, besides those of the configuration. */
  readonly scrape: readonly ScrapeTarget[];
  readonly configFile: string;
  readonly pagePort: number;
  /** Addresses to listen on; undefined for all. */
  readonly listenHosts: readonly string[] | undefined;
  readonly logsPagePort: number;
  readonly readPath: ReadPathChoice;
  readonly maxConnections: number;
  /** How long open connections may go on after SIGTERM, in milliseconds. */
  readonly stopMs: number;
  /** What is wrong with the environment. The sidecar runs with what is right. */
  readonly problems: readonly string[];
  /** Those of the problems that keep ports from being tapped, so that the app could not be reached. */
  readonly tapProblems: readonly string[];
}

const port = { min: 0, max: 65_535 };

/** Reads the settings; see README.md for the variables. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const env = readEnvironment(variables);
  const appHosts = env.list('POD_IPS');
  const taps = env.json<readonly TapPort[]>('STANDPIPE_TAPS', [], checkTaps);
  const tapProblems = [...env.problems];
  if (appHosts.length === 0 && taps.length > 0) tapProblems.push('POD_IPS is not set, so no port can be tapped');
  const hosts = env.list('STANDPIPE_LISTEN_HOSTS');
  const settings = {
    pod: env.text('POD_NAME', ''),
    namespace: env.text('POD_NAMESPACE', ''),
    node: env.text('NODE_NAME', ''),
    microservice: env.text('STANDPIPE_MICROSERVICE', ''),
    revision: env.text('STANDPIPE_REVISION', ''),
    appHosts,
    taps,
    scrape: env.json<readonly ScrapeTarget[]>('STANDPIPE_SCRAPE', [], checkTargets),
    configFile: env.text('STANDPIPE_CONFIG_FILE', '/etc/standpipe/metrics.json'),
    pagePort: env.integer('STANDPIPE_PAGE_PORT', 9470, port),
    listenHosts: hosts.length > 0 ? hosts : undefined,
    logsPagePort: env.integer('STANDPIPE_LOGS_PAGE_PORT', 9471, port),
    maxConnections: env.integer('STANDPIPE_MAX_CONNECTIONS', 4096, { min: 1, max: 1_000_000 }),
    stopMs: env.integer('STANDPIPE_STOP_SECONDS', 10, { min: 0, max: 3600 }) * 1000,
  };
  const choice = env.text('STANDPIPE_READ_PATH', 'auto');
  const readPath: ReadPathChoice = choice === 'public' ? 'public' : 'auto';
  const unknown = choice === readPath ? [] : [`STANDPIPE_READ_PATH must be auto or public, not "${choice}"`];
  return { ...settings, readPath, tapProblems, problems: [...new Set([...tapProblems, ...env.problems, ...unknown])] };
}

/** The metrics sidecar: taps inbound ports and serves the pod's one page of metrics. */

import { getHeapStatistics } from 'node:v8';
import { defaultMetricsConfig, parseMetricsConfig } from '../../../operator/src/config/metrics.ts';
import { followConfigFile } from '../../common/src/config-file.ts';
import { stopOnSignal, surviveErrors } from '../../common/src/lifecycle.ts';
import { createLogger } from '../../common/src/log.ts';
import { servePages } from '../../common/src/pages.ts';
import { version } from '../../common/src/version.ts';
import { inboundFamilies, type MeasuredTap } from './inbound/families.ts';
import { PortMetrics } from './inbound/port-metrics.ts';
import { RouteTable } from './inbound/route-table.ts';
import { RowBudget } from './inbound/row-budget.ts';
import { MetricsPage } from './metrics-page.ts';
import { ownFamilies, type Self } from './own-families.ts';
import { affordableSeries } from './series-limit.ts';
import { readSettings, type Settings } from './settings.ts';
import { startupPage, statusPage } from './status.ts';
import { ConnectionLimit } from './tap/connection-limit.ts';
import { openPortTap, type PortTapOptions } from './tap/port-tap.ts';
import { chooseReadPath } from './tap/self-test.ts';
import { appPages } from './targets.ts';

const log = createLogger({ component: 'standpipe-metrics' });
const survived = surviveErrors(log);
const settings = readSettings(process.env);
for (const problem of settings.problems) log.error('the environment is wrong', { problem });

const taps: MeasuredTap[] = [];
stopOnSignal({
  log,
  stop: async () => {
    await Promise.all(taps.map(({ tap }) => tap.stop(settings.stopMs)));
  },
});
void start();

async function start(): Promise<void> {
  const { path: readPath, problem: readPathProblem } = await chooseReadPath(settings.readPath);
  if (readPathProblem !== undefined) log.warn('the fast read path does not work here', { problem: readPathProblem });

  const affordable = affordableSeries(getHeapStatistics().heap_size_limit);
  const budget = new RowBudget(defaultMetricsConfig.maxSeries);
  const routes = new RouteTable();
  const file = await followConfigFile({
    path: settings.configFile,
    parse: parseMetricsConfig,
    initial: defaultMetricsConfig,
    onChange: ({ generation, maxSeries, routes: declared = [] }) => {
      routes.use(declared);
      for (const { metrics } of taps) metrics.http.table.forgetPaths();
      budget.resize(Math.min(maxSeries, affordable));
      log.info('a configuration is taken up', { generation });
      if (maxSeries > affordable) log.warn('memory allows for fewer series than configured', { maxSeries, affordable });
    },
    onProblems: (problems) => log.error('the configuration cannot be used', { problems }),
  });
  // After the configuration, which also says what is done with a connection for as long as it lasts.
  const forwardedFor = () => file.config.forwardedFor === true;
  const metricsOf = (port: string) => new PortMetrics(port, routes, budget);
  taps.push(...openTaps({ settings, readPath, metricsOf, forwardedFor }));

  const self: Self = { settings, file, readPath: readPath.name, survived };
  const page = new MetricsPage({
    own: () => [...ownFamilies(self), ...inboundFamilies(taps)],
    config: () => ({ ...file.config, maxSeries: Math.min(file.config.maxSeries, affordable) }),
    apps: () => appPages(file.config.scrape, settings),
    logs: { target: 'standpipe-logs', host: '127.0.0.1', port: settings.logsPagePort, path: '/metrics' },
  });
  servePages({
    port: settings.pagePort,
    log,
    pages: {
      '/metrics': (request) => page.answer(request),
      '/status': () => statusPage({ ...self, readPathProblem, taps, targets: page.targets, budget: page.budget }),
      '/startup': () => startupPage({ settings, taps }),
    },
    ...(settings.listenHosts && { hosts: settings.listenHosts }),
  });
  log.info('started', { version, revision: settings.revision, readPath: readPath.name, taps: settings.taps });
}

/** Connections that may wait until others end. As many as Node leaves in the kernel's queue. */
const maxWaitingConnections = 511;

/** What the taps of the container's environment are made of. */
interface TapParts extends Pick<PortTapOptions, 'readPath' | 'forwardedFor'> {
  readonly settings: Settings;
  readonly metricsOf: (port: string) => PortMetrics;
}

function openTaps({ settings, metricsOf, ...parts }: TapParts): readonly MeasuredTap[] {
  const { appHosts, listenHosts } = settings;
  if (appHosts.length === 0) return [];
  const limit = new ConnectionLimit(settings.maxConnections, maxWaitingConnections);
  return settings.taps.map((port) => {
    const metrics = metricsOf(port.name);
    const hosts = listenHosts && { hosts: listenHosts };
    return { metrics, tap: openPortTap({ ...parts, port, appHosts, observer: metrics, limit, log, ...hosts }) };
  });
}

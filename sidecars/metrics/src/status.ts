import { jsonPage, type Page, textPage } from '../../common/src/pages.ts';
import { version } from '../../common/src/version.ts';
import type { MeasuredTap } from './inbound/families.ts';
import type { TargetHealth } from './metrics-page.ts';
import type { Self } from './own-families.ts';

/** What the status page tells. */
export interface StatusInput extends Self {
  readonly readPathProblem: string | undefined;
  readonly taps: readonly MeasuredTap[];
  readonly targets: readonly TargetHealth[];
}

/** `/status`: what this pod's sidecar runs with, for the controller and for people. */
export function statusPage(input: StatusInput): Page {
  const { settings, file, taps, targets } = input;
  return jsonPage({
    component: 'standpipe-metrics',
    version,
    node: process.version,
    microservice: settings.microservice,
    namespace: settings.namespace,
    pod: settings.pod,
    revision: settings.revision,
    configuration: { generation: file.config.generation, loaded: file.loaded, problems: file.problems },
    environment: { problems: settings.problems },
    readPath: { path: input.readPath, problem: input.readPathProblem },
    taps: taps.map(({ tap }) => ({
      ...tap.port,
      listening: tap.listening.listening,
      problem: tap.listening.problem,
      openConnections: tap.counters.open,
    })),
    targets: targets.map(({ target, problem, seconds, series }) => {
      return { name: target, up: problem === undefined, problem, seconds, series };
    }),
  });
}

/**
 * `/startup`: 200 once every port that was taken over accepts connections, whatever the configuration and the targets do.
 * The app's containers start after that.
 */
export function startupPage({ settings, taps }: Pick<StatusInput, 'settings' | 'taps'>): Page {
  const problems = taps
    .filter(({ tap }) => !tap.listening.listening)
    .map(
      ({ tap }) =>
        `The tap ${tap.port.name} does not listen on port ${tap.port.listen}: ${tap.listening.problem ?? 'not yet'}`,
    );
  const all = [...settings.tapProblems, ...problems];
  return all.length === 0 ? textPage('All taps listen.') : textPage(all.join('\n'), 503);
}

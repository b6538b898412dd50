import { jsonPage, type Page, textPage } from '../../common/src/pages.ts';
import { version } from '../../common/src/version.ts';
import { examplesOf, type MeasuredTap, overflows } from './inbound/families.ts';
import type { PageBudget, TargetHealth } from './metrics-page.ts';
import type { Self } from './own-families.ts';

/** What the status page tells. */
export interface StatusInput extends Self {
  readonly readPathProblem: string | undefined;
  readonly taps: readonly MeasuredTap[];
  readonly targets: readonly TargetHealth[];
  /** Undefined until the page of metrics has been asked for. */
  readonly budget: PageBudget | undefined;
}

/** `/status`: what this pod's sidecar runs with, for the controller and for people. */
export function statusPage(input: StatusInput): Page {
  const { settings, file, taps, targets, budget } = input;
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
    taps: taps.map(tapStatus),
    targets: targets.map(({ target, problem, seconds, series }) => {
      return { name: target, up: problem === undefined, problem, seconds, series };
    }),
    series: budget === undefined ? null : budgetStatus(budget),
  });
}

/** What the counters of metrics are, at one port. */
function tapStatus(measured: MeasuredTap): object {
  const { port, listening, counters } = measured.tap;
  const lost = [...overflows(measured)].filter(([, requests]) => requests > 0);
  const examples = examplesOf(measured);
  return {
    ...port,
    listening: listening.listening,
    problem: listening.problem,
    openConnections: counters.open,
    connections: counters.accepted,
    opaque: Object.fromEntries(counters.opaque),
    refused: counters.overLimit,
    failed: Object.fromEntries(counters.connectFailures),
    broken: counters.broken,
    overflow: lost.map(([label, requests]) => ({
      label,
      requests,
      examples: examples.filter(([of]) => of === label).map(([, example]) => short(example)),
    })),
  };
}

/** Names and values come from the app and from callers: each is cut, so that the page stays small whatever they are. */
function budgetStatus({ series, maxSeries, left }: PageBudget): object {
  const notShown = left.map(({ family, label, series, examples }) => {
    return { family: short(family), label: short(label), series, examples: examples.map(short) };
  });
  return { shown: series, budget: maxSeries, notShown };
}

const longest = 120;

function short(text: string): string {
  return text.slice(0, longest);
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

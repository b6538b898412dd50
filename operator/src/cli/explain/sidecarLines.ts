import { oneLine } from '../../controllers/oneLine.ts';
import { type Said, say, warn } from './said.ts';
import type { NotShown, SidecarStatus, TapStatus } from './sidecarStatus.ts';

/** Words of a pod are cut at so many characters. */
const longest = 160;
const clean = (text: string): string => oneLine(text, longest);

/**
 * What the sidecars of a pod report, in words.
 * @param page the pod's page of metrics, by which the logs sidecar reports
 */
export function sidecarLines(status: SidecarStatus, page: string): Said[] {
  const { configuration, environment, taps, targets } = status;
  const problems = [
    ...configuration.problems.map((problem) => `configuration: ${problem}`),
    ...environment.problems.map((problem) => `environment: ${problem}`),
  ];
  return [
    say(
      `standpipe-metrics ${clean(status.version)}, revision ${clean(status.revision)}, configuration ${clean(configuration.generation)}`,
    ),
    ...problems.map((problem) => warn(clean(problem))),
    ...taps.flatMap(tapLines),
    ...targets.map(({ name, up, problem, series }) => {
      const subject = `page ${clean(name)}`;
      return up ? say(`${subject}: ${series} series`) : warn(`${subject}: ${clean(problem ?? 'no answer')}`);
    }),
    ...budgetLines(status.series),
    ...logsLines(page),
  ];
}

function tapLines({ name, listen, app, listening, problem, ...counts }: TapStatus): Said[] {
  const subject = `port ${clean(name)}`;
  if (!listening) return [warn(`${subject}: the tap does not listen on ${listen}: ${clean(problem ?? 'not yet')}`)];
  const { connections, openConnections, opaque = {}, failed = {}, refused = 0, overflow = [] } = counts;
  const seen = connections === undefined ? '' : `, ${connections} connections so far`;
  const reasons = listOf(opaque);
  const failures = listOf(failed);
  return [
    say(`${subject}: ${listen} to ${app}, ${openConnections} connections open${seen}`),
    ...(reasons === '' ? [] : [say(`${subject}: forwarded without being followed to the end: ${reasons}`)]),
    ...(failures === '' ? [] : [warn(`${subject}: the app did not take connections: ${failures}`)]),
    ...(refused === 0 ? [] : [warn(`${subject}: ${refused} connections refused, because too many were open`)]),
    ...overflow.map(({ label, requests, examples }) =>
      warn(
        `${subject}: ${requests} requests counted without their ${clean(label)}, for want of series${quoted(examples)}`,
      ),
    ),
  ];
}

/** How many of how many series, and which label of the app's made too many. */
function budgetLines(series: SidecarStatus['series']): Said[] {
  if (series == null) return [];
  const { shown, budget, notShown } = series;
  return [say(`series: ${shown} of ${budget} (metrics.maxSeries)`), ...notShown.map(notShownLine)];
}

function notShownLine({ family, label, series, examples }: NotShown): Said {
  if (family === '_OTHER') return warn(`series: ${series} of further families are not shown`);
  const culprit = label === '' ? '' : `: its label ${clean(label)} has too many values${quoted(examples)}`;
  return warn(`series: all ${series} of ${clean(family)} are not shown${culprit}`);
}

function quoted(examples: readonly string[]): string {
  return examples.length === 0
    ? ''
    : `, such as ${examples.map((example) => JSON.stringify(clean(example))).join(', ')}`;
}

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${clean(what)}`)
    .join(', ');
}

/** What the logs sidecar has lost or holds: bytes and records, by its metrics. */
function logsLines(page: string): Said[] {
  const value = (name: string) => {
    const [, text] = new RegExp(`^standpipe_logs_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(page) ?? [];
    return text === undefined ? undefined : Number(text);
  };
  const up = value('up');
  if (up === undefined) return [];
  const lost = [
    ['records_dropped_total', 'records dropped'],
    ['rejected_discarded_records_total', 'records given up that the sink refused'],
    ['rejected_bytes', 'bytes kept that the sink refused'],
  ] as const;
  const waiting = `logs: ${value('unread_bytes') ?? 0} bytes not read yet, ${value('chunk_bytes') ?? 0} bytes read and not delivered`;
  return [
    up === 1 ? say(waiting) : warn(`${waiting}; Fluent Bit does not run`),
    ...lost.flatMap(([name, what]) => ((value(name) ?? 0) > 0 ? [warn(`logs: ${value(name)} ${what}`)] : [])),
  ];
}

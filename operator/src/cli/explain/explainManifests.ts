import { injectedAnnotation, microserviceLabel } from '../../api/names.ts';
import { type Reason, reasons } from '../../api/reasons.ts';
import { inject } from '../../inject/inject.ts';
import { withMarks } from '../../inject/marks.ts';
import type { PodTemplate } from '../../inject/template.ts';
import { overheadOf } from '../../plan/overhead.ts';
import { revisionOf } from '../../plan/revision.ts';
import type { Settings } from '../../plan/settings.ts';
import { problemAt } from '../documents.ts';
import { notBuilt } from '../injectManifests.ts';
import type { Manifests } from '../manifests.ts';
import { type PlannedMicroservice, planManifests } from '../planManifests.ts';
import type { FoundTemplate } from '../podTemplates.ts';
import { blockText } from '../yamlText.ts';
import { asDeclared } from './conditionLines.ts';
import { bindingLines, logsLine, portLines, untappedPorts } from './declared.ts';
import { unifiedDiff } from './diff.ts';

/** What is said of an input. */
export interface Explanation {
  readonly lines: readonly string[];
  /** What the controller would refuse. */
  readonly errors: readonly string[];
  /** What is declared and would not be had. */
  readonly warnings: readonly string[];
}

type Valid = Exclude<PlannedMicroservice, { readonly faults: readonly string[] }>;

/** What is no warning: it is had, or the team itself declared it so. */
const isAsWanted = (reason: Reason): boolean => reason === 'LogsReady' || asDeclared.includes(reason);

/** The text of an explanation: what is wrong stands at its end. */
export function explanationText({ lines, errors, warnings }: Explanation): string {
  const findings = [...errors.map((text) => `error: ${text}`), ...warnings.map((text) => `warning: ${text}`)];
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `${[...lines, findings.length === 0 ? 'no findings' : count, ...findings].join('\n')}\n`;
}

/** Says of each Microservice and each workload of an input what would be injected, and why or why not. */
export function explainManifests(manifests: Manifests, settings: Settings): Explanation {
  const planned = planManifests(manifests, settings);
  const parts = [...planned.map(explainMicroservice), ...strangers(manifests, planned)];
  if (manifests.microservices.length === 0) parts.unshift(warn('there is no Microservice in the input'));
  return {
    lines: parts.flatMap(({ lines }) => (lines.length === 0 ? [] : [...lines, ''])),
    errors: parts.flatMap(({ errors }) => errors),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

const warn = (text: string): Explanation => ({ lines: [], errors: [], warnings: [text] });

function explainMicroservice(planned: PlannedMicroservice): Explanation {
  const { source, namespace } = planned.microservice;
  const head = `Microservice ${namespace}/${source.name} (${placeOf(source)})`;
  if ('faults' in planned) {
    const names = planned.targets.map(({ object }) => `${object.kind}/${object.name}`);
    const said = names.length === 0 ? 'nothing' : `nothing of ${names.join(', ')}`;
    const lines = [head, `  contradicts itself or the input, so ${said} would be changed: see the errors below`];
    return { lines, errors: planned.faults, warnings: [] };
  }
  const { targets, resolution } = planned;
  const { cpu, memory } = overheadOf(resolution.plan);
  const lines = [
    head,
    `  revision ${revisionOf(resolution.plan)}; the sidecars of a pod request ${cpu} of CPU and ${memory} of memory`,
    ...(targets.length === 0
      ? [`  workload.kind is None, and no pod template of the input has the label ${microserviceLabel}`]
      : []),
  ];
  const workloads = targets.map((target) => explainWorkload(planned, target));
  return {
    lines: [...lines, ...workloads.flatMap((each) => ['', ...each.lines])],
    errors: [],
    warnings: [...declarationWarnings(planned), ...workloads.flatMap(({ warnings }) => warnings)],
  };
}

/** What is declared and not had, whatever the workload. */
function declarationWarnings({ microservice: { source }, resolution }: Valid): string[] {
  const { unbuilt, logsReason } = resolution;
  const notHad = isAsWanted(logsReason)
    ? []
    : [problemAt(source, 'spec.logging', `no logs are read (${logsReason}). ${reasons[logsReason].text}`)];
  return [...unbuilt.map((field) => problemAt(source, field, notBuilt)), ...notHad];
}

function explainWorkload({ microservice, resolution }: Valid, { object, template }: FoundTemplate): Explanation {
  const { plan } = resolution;
  const subject = `${object.kind}/${object.name}`;
  const place = placeOf(object);
  const marked = withMarks(template, plan.microservice, revisionOf(plan));
  const result = inject(marked, plan);
  if ('skip' in result) {
    const { text } = reasons[result.skip];
    const warning = problemAt(object, '', `is not injected (${result.skip}). ${text}`);
    return {
      lines: [`${subject} (${place}): not injected (${result.skip}). ${text}`],
      errors: [],
      warnings: isAsWanted(result.skip) ? [] : [warning],
    };
  }
  const untapped = untappedPorts(marked, plan).filter(({ reason }) => !isAsWanted(reason));
  const isDeclared = microservice.object.spec.logging !== undefined;
  const lines = [
    `${subject} (${place}): gets ${result.record.sidecars.join(' and ')}`,
    ...listed('traffic', portLines(marked, plan, result.decision.taps)),
    ...listed('logs', [logsLine(resolution, isDeclared)]),
    ...listed('bindings', bindingLines(resolution)),
    ...listed('pod template', unifiedDiff(textOf(template), textOf(result.template), subject)),
  ];
  const warnings = untapped.map(({ index, reason }) =>
    problemAt(microservice.source, `spec.ports[${index}]`, `is not counted (${reason}). ${reasons[reason].text}`),
  );
  return { lines, errors: [], warnings };
}

/** The record of what was done repeats all the rest on one long line, so only its place is shown. */
function textOf(template: PodTemplate): string {
  const { metadata, ...rest } = template;
  const annotations = { ...metadata?.annotations };
  if (annotations[injectedAnnotation] === undefined) return blockText(template, false);
  annotations[injectedAnnotation] = '(the record of all this, as JSON)';
  return blockText({ metadata: { ...metadata, annotations }, ...rest }, false);
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`.trimEnd())];
}

/** The workloads that no Microservice of the input is for. */
function strangers({ templates }: Manifests, planned: readonly PlannedMicroservice[]): Explanation[] {
  const known = new Set(planned.flatMap(({ targets }) => targets));
  const unknown = templates.filter((found) => !known.has(found));
  return unknown.map(({ object, template }) => {
    const label = template.metadata?.labels?.[microserviceLabel];
    const why =
      label === undefined
        ? 'NotMarked): no Microservice of the input is for it'
        : `PlanMissing): Microservice ${label} of its label is not in the input`;
    const lines = [`${object.kind}/${object.name} (${placeOf(object)}): not injected (${why}`];
    return {
      lines,
      errors: [],
      warnings: label === undefined ? [] : [problemAt(object, '', `is not injected (${why}`)],
    };
  });
}

function placeOf({ document, path }: FoundTemplate['object']): string {
  return `${document.place.file}:${document.lineOf(path)}`;
}

import { oneLine } from '../../controllers/oneLine.ts';
import { recordOf } from '../../inject/record.ts';
import type { PodTemplate } from '../../inject/template.ts';
import { conditionLines } from './conditionLines.ts';
import { bareLines, injectedLines } from './injectionLines.ts';
import type { PodFacts } from './podFacts.ts';
import { type Said, say, warn } from './said.ts';
import { sidecarLines } from './sidecarLines.ts';

/** What is said of a pod. */
export interface PodExplanation {
  readonly text: string;
  /** Whether something is not as it should be. */
  readonly hasFindings: boolean;
  /** Whether something could not be read. */
  readonly hasGaps: boolean;
}

/** Lines are made of what others wrote into the cluster: each is cut, and control characters are left out. */
const longest = 1_000;

type Section = readonly [title: string, lines: readonly Said[]];

/** Explains a pod: whether it is injected and why or why not, its Microservice, and what its sidecars report. Pure. */
export function explainPod(facts: PodFacts): PodExplanation {
  const { pod, owner, microservice } = facts;
  const record = recordOf(pod as unknown as PodTemplate);
  const unread = unreadLines(facts);
  const subject = `Pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const declared = microservice.found;
  const sections: Section[] = [
    [
      owner === undefined ? subject : `${subject} of ${owner.kind}/${owner.name}`,
      record === null ? bareLines(facts) : injectedLines(facts, record),
    ],
    ...(declared === undefined
      ? []
      : [[`Microservice ${declared.metadata.namespace}/${declared.metadata.name}`, conditionLines(declared)] as const]),
    ['Sidecars', record === null ? [] : reportLines(facts)],
    ['Not read', unread],
  ];
  const filled = sections.filter(([, lines]) => lines.length > 0);
  const parts = filled.map(([title, lines]) =>
    [title, ...lines.map(({ text, isBad }) => `${isBad ? '!' : ' '} ${oneLine(text, longest)}`)].join('\n'),
  );
  return {
    text: `${parts.join('\n\n')}\n`,
    hasFindings: filled.some(([, lines]) => lines.some(({ isBad }) => isBad)),
    hasGaps: unread.length > 0,
  };
}

function unreadLines({ microservice, workload, plan, status }: PodFacts): Said[] {
  const asked = [
    ['the Microservice', microservice],
    ['the workload', workload],
    ['the stored Plan', plan],
    ['what the sidecars report', status],
  ] as const;
  return asked.flatMap(([what, { refused }]) => (refused === undefined ? [] : [say(`${what}: ${refused}`)]));
}

function reportLines({ pod, status, page }: PodFacts): Said[] {
  if (status.found !== undefined) return sidecarLines(status.found, page.found ?? '');
  if (status.refused !== undefined) return [];
  const phase = pod.status?.phase ?? 'unknown';
  return [
    phase === 'Running'
      ? warn('what answers at port 9470 of the pod is no metrics sidecar')
      : say(`nobody can be asked: the pod is ${phase}`),
  ];
}

import { Ajv } from 'ajv';
import type { ObjectKey } from '../kube/wire.ts';
import { oneLine } from './oneLine.ts';

/** What the metrics sidecar of one pod says of itself. */
export interface StatusReport {
  readonly revision: string;
  /** The generation of the configuration that it works with. */
  readonly generation: string;
  /** What does not work, in words; empty where all is well. What the app itself does wrong is not among it. */
  readonly problems: readonly string[];
}

interface Page {
  readonly namespace: string;
  readonly pod: string;
  readonly revision: string;
  readonly configuration: { readonly generation: string; readonly problems: readonly string[] };
  readonly environment: { readonly problems: readonly string[] };
  readonly taps: readonly {
    readonly name: string;
    readonly listen: number;
    readonly listening: boolean;
    readonly problem?: string | null;
  }[];
}

const text = { type: 'string' };
const problems = { type: 'object', required: ['problems'], properties: { problems: { type: 'array', items: text } } };

/** The part of `/status` that is read. A later version may tell more. */
const isPage = new Ajv({ allowUnionTypes: true }).compile<Page>({
  type: 'object',
  required: ['component', 'namespace', 'pod', 'revision', 'configuration', 'environment', 'taps'],
  properties: {
    component: { const: 'standpipe-metrics' },
    namespace: text,
    pod: text,
    revision: text,
    configuration: {
      ...problems,
      required: ['generation', 'problems'],
      properties: { ...problems.properties, generation: text },
    },
    environment: problems,
    taps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'listen', 'listening'],
        properties: {
          name: text,
          listen: { type: 'integer' },
          listening: { type: 'boolean' },
          problem: { type: ['string', 'null'] },
        },
      },
    },
  },
});

/** So many problems of one pod are told, each with so many characters: a pod's words go into a status. */
const most = { problems: 3, characters: 160 };

/**
 * Reads the page `/status` of a pod's metrics sidecar.
 * @param body what was answered, whatever that is
 * @returns null where it is no such page, or that of another pod
 */
export function readStatusReport(body: string, pod: ObjectKey): StatusReport | null {
  const page = parse(body);
  if (!isPage(page) || page.pod !== pod.name || page.namespace !== pod.namespace) return null;
  const { revision, configuration, environment, taps } = page;
  const all = [
    ...taps.filter(({ listening }) => !listening).map(tapText),
    ...configuration.problems.map((problem) => `configuration: ${problem}`),
    ...environment.problems.map((problem) => `environment: ${problem}`),
  ];
  const told = all.slice(0, most.problems).map((problem) => oneLine(problem, most.characters));
  return { revision, generation: configuration.generation, problems: told };
}

function tapText({ name, listen, problem }: Page['taps'][number]): string {
  return `tap ${name} does not listen on port ${listen}: ${problem ?? 'not yet'}`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: whatever listens there, it is no sidecar.
    return undefined;
  }
}

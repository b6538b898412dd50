import { Ajv } from 'ajv';

/** A family that the page of metrics leaves out to keep its budget, and the label that made it so large. */
export interface NotShown {
  readonly family: string;
  readonly label: string;
  readonly series: number;
  readonly examples: readonly string[];
}

/** What a metrics sidecar counted at one port. */
export interface TapStatus {
  readonly name: string;
  readonly listen: number;
  readonly app: number;
  readonly listening: boolean;
  readonly problem?: string | null;
  readonly openConnections: number;
  // Sidecars before version 0.1.0 tell none of the following.
  readonly connections?: number;
  readonly opaque?: Readonly<Record<string, number>>;
  readonly refused?: number;
  readonly failed?: Readonly<Record<string, number>>;
  readonly overflow?: readonly {
    readonly label: string;
    readonly requests: number;
    readonly examples: readonly string[];
  }[];
}

/** What the page `/status` of a metrics sidecar tells, as far as it is explained. */
export interface SidecarStatus {
  readonly version: string;
  readonly revision: string;
  readonly configuration: {
    readonly generation: string;
    readonly loaded: boolean;
    readonly problems: readonly string[];
  };
  readonly environment: { readonly problems: readonly string[] };
  readonly taps: readonly TapStatus[];
  readonly targets: readonly {
    readonly name: string;
    readonly up: boolean;
    readonly problem?: string | null;
    readonly series: number;
  }[];
  /** Null until somebody has asked for the page of metrics. */
  readonly series?: {
    readonly shown: number;
    readonly budget: number;
    readonly notShown: readonly NotShown[];
  } | null;
}

const text = { type: 'string' };
const number = { type: 'number' };
const flag = { type: 'boolean' };
const counts = { type: 'object', additionalProperties: number };
const optionalText = { type: ['string', 'null'] };
const listOf = (items: object) => ({ type: 'array', items });
const all = (properties: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) => ({
  type: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
});

const tap = all(
  { name: text, listen: number, app: number, listening: flag, openConnections: number },
  {
    problem: optionalText,
    connections: number,
    opaque: counts,
    refused: number,
    failed: counts,
    overflow: listOf(all({ label: text, requests: number, examples: listOf(text) })),
  },
);
const notShown = all({ family: text, label: text, series: number, examples: listOf(text) });

const isStatus = new Ajv({ allowUnionTypes: true }).compile<SidecarStatus>(
  all(
    {
      component: { const: 'standpipe-metrics' },
      version: text,
      revision: text,
      configuration: all({ generation: text, loaded: flag, problems: listOf(text) }),
      environment: all({ problems: listOf(text) }),
      taps: listOf(tap),
      targets: listOf(all({ name: text, up: flag, series: number }, { problem: optionalText })),
    },
    { series: { ...all({ shown: number, budget: number, notShown: listOf(notShown) }), type: ['object', 'null'] } },
  ),
);

/** Reads the page `/status`; undefined where a pod answered with something else. */
export function readSidecarStatus(body: string): SidecarStatus | undefined {
  try {
    const page: unknown = JSON.parse(body);
    return isStatus(page) ? page : undefined;
  } catch {
    // Not JSON: whatever listens there, it is no sidecar.
    return undefined;
  }
}

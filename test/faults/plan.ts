import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { Verb } from './apiRequest.ts';
import { planSchema } from './planSchema.ts';

/** Which requests a fault may strike; what is left out matches all. */
export interface Match {
  /** `write` stands for every request that may change what the cluster does. */
  readonly verb?: Verb | 'write';
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Empty: the object itself. */
  readonly subresource?: string;
  /** The beginning of the client's User-Agent. */
  readonly who?: string;
  /** The phase that the run was in, as its driver names it. */
  readonly phase?: string;
}

/** What happens to a request, or to the events of a watch once `after` of them have passed. */
export type Action =
  /** Another answer in the server's place. */
  | { readonly do: 'answer'; readonly status: number; readonly reason?: string; readonly retryAfter?: number }
  /** The connection is reset: before the request is forwarded, or after, so that only its answer is lost. */
  | { readonly do: 'reset'; readonly at?: 'before' | 'unanswered' }
  /** The connection stays open and nothing comes any more. */
  | { readonly do: 'silence' }
  /** The request is forwarded, and its answer begins so many seconds late. */
  | { readonly do: 'delay'; readonly seconds: number }
  /** The client is killed: before the request is forwarded, after without its answer, or after its answer. */
  | { readonly do: 'kill'; readonly at: 'before' | 'unanswered' | 'after' }
  /** The answer, or the next event, is cut in its middle. */
  | { readonly do: 'truncate' }
  /** The answer is the one that the first request to the same URL got, or the `of`-th. */
  | { readonly do: 'replay'; readonly of?: number }
  /** The stream of a watch ends with an event of type ERROR. */
  | { readonly do: 'error'; readonly status: number }
  /** The stream of a watch ends without a word. */
  | { readonly do: 'close' }
  /** The events of a watch are held back for so long, then sent in their order. */
  | { readonly do: 'hold'; readonly seconds: number }
  /** The next events of a watch are never sent. */
  | { readonly do: 'drop'; readonly events?: number }
  /** The next events of a watch are sent twice. */
  | { readonly do: 'duplicate'; readonly events?: number }
  /** Behind each of the next events of a watch comes the first one again that the stream had for that object. */
  | { readonly do: 'rewind'; readonly events?: number };

export type Fault = Action & {
  readonly on: Match;
  /** How many matching requests pass before the first is struck; 0 by default. */
  readonly skip?: number;
  /** How many requests are struck; 1 by default. */
  readonly times?: number | 'always';
  /** Of those that do not pass, the first of so many is struck; 1 by default: each. */
  readonly every?: number;
  /** How many events of a watch pass before it is struck; 0 by default. Bookmarks are no events. */
  readonly after?: number;
};

/** Everything that is done to a run. It has no chance in it: the same plan does the same again. */
export interface FaultPlan {
  /** What it is for. */
  readonly title?: string;
  /** The reason that the operator's count of restarted watches must show, by which it says so. */
  readonly restarts?: string;
  /** The kind of which changes were found that no watch had told, as the operator's count of repairs says. */
  readonly repairs?: string;
  readonly faults: readonly Fault[];
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, discriminator: true }).compile<FaultPlan>(
  planSchema,
);

/** Reads a plan from YAML or JSON. @throws Error that names each wrong field */
export function parsePlan(text: string, source = 'the plan'): FaultPlan {
  const plan: unknown = parse(text);
  if (validate(plan)) return plan;
  const errors = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath === '' ? '/' : instancePath} ${message} ${JSON.stringify(params)}`;
  });
  throw new Error(`${source} is not a plan of faults: ${errors.join('; ')}`);
}

/** Reads the file of a plan. */
export function readPlan(path: string): FaultPlan {
  return parsePlan(readFileSync(path, 'utf8'), path);
}

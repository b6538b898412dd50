/** Tables of objects that the API takes or refuses: run against a real API server and against the offline check. */
import { apiVersion, type Kind } from '../meta.ts';

/** What must be found wrong: the field, and a part of the message. */
export type Broken = readonly [field: string, message?: string];

/** One object, and all that is wrong with it. */
export interface Case {
  /** A sentence that begins with accepts or rejects. */
  readonly name: string;
  readonly kind: Kind;
  readonly object: Readonly<Record<string, unknown>>;
  readonly broken: readonly Broken[];
}

/** The spec of an object, with whatever in it. */
export type Spec = Readonly<Record<string, unknown>>;

/** Makes the cases of one kind. `base` is what every spec has unless a case says otherwise. */
export function caseMaker(kind: Kind, base: Spec = {}) {
  const metadata = { name: 'orders', ...(kind === 'Microservice' && { namespace: 'default' }) };
  const object = (spec: Spec) => ({ apiVersion, kind, metadata, spec: { ...base, ...spec } });
  return {
    accepts: (what: string, spec: Spec): Case => ({ name: `accepts ${what}`, kind, object: object(spec), broken: [] }),
    rejects: (what: string, spec: Spec, ...broken: Broken[]): Case => ({
      name: `rejects ${what}`,
      kind,
      object: object(spec),
      broken,
    }),
    named: (what: string, name: string, ...broken: Broken[]): Case => ({
      name: `${broken.length === 0 ? 'accepts' : 'rejects'} ${what}`,
      kind,
      object: { ...object({}), metadata: { ...metadata, name } },
      broken,
    }),
    whole: (what: string, rest: Spec, ...broken: Broken[]): Case => ({
      name: `${broken.length === 0 ? 'accepts' : 'rejects'} ${what}`,
      kind,
      object: { apiVersion, kind, metadata, ...rest },
      broken,
    }),
  };
}

/** A text of so many characters. */
export const long = (length: number): string => 'x'.repeat(length);

/** A list of so many items. */
export const many = <T>(count: number, item: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => item(i));

/** What Fluent Bit would replace by the value of a variable. */
export const expansion = (variable: string): string => `$\u007b${variable}\u007d`;

import fc from 'fast-check';
import type { Exemplar, Family, FamilyType, Label, Sample } from '../../../../common/src/family.ts';

/** Values of every kind that a page may hold. */
const value = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000_000 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('NaN', '+Inf', '-Inf', '1e+06', '.5'),
);

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('a\\b', 'a"b', 'a\nb', '\\n', '', '}', '#'),
);
const clean = text.map((each) => each.replace(/\r/g, ''));

/** Names that are no other family's name with a suffix. */
const familyName = fc.constantFrom(
  'http_hits',
  'jobs:rate',
  'x',
  'queue_depth',
  '_a1',
  'B',
  'memory',
  'temperature_celsius',
);

const labels: fc.Arbitrary<readonly Label[]> = fc
  .uniqueArray(fc.constantFrom('a', 'method', 'path', '_x', 'target'), { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), clean))));

const exemplar: fc.Arbitrary<Exemplar> = fc.record({ labels, value });

/** The suffixes of a type's series, and a label that tells apart the parts of one. */
const shapes: Readonly<Record<FamilyType, readonly (readonly [suffix: string, part?: string])[]>> = {
  counter: [['_total'], ['_created']],
  gauge: [['']],
  histogram: [['_bucket', 'le'], ['_sum'], ['_count'], ['_created']],
  summary: [['', 'quantile'], ['_sum'], ['_count']],
  unknown: [['']],
  info: [['_info']],
  stateset: [['', 'state']],
  gaugehistogram: [['_bucket', 'le'], ['_gsum'], ['_gcount']],
};

/** Types that text 0.0.4 has too. */
export const textTypes: readonly FamilyType[] = ['counter', 'gauge', 'histogram', 'summary', 'unknown'];
export const allTypes: readonly FamilyType[] = Object.keys(shapes) as FamilyType[];

function samplesOf(
  name: string,
  type: FamilyType,
  withExemplars: boolean,
  plainOnly: boolean,
): fc.Arbitrary<readonly Sample[]> {
  const shape = shapes[type].filter(([suffix]) => !plainOnly || suffix !== '_created');
  const one = fc.constantFrom(...shape).chain(([suffix, part]) =>
    fc
      .record({
        labels,
        part: fc.constantFrom('0.5', '1.0', '+Inf'),
        value,
        timestampMs: fc.option(fc.integer({ min: 0, max: 2_000_000_000_000 }), { nil: undefined }),
        exemplar: withExemplars && suffix !== '' ? fc.option(exemplar, { nil: undefined }) : fc.constant(undefined),
      })
      .map(
        (each): Sample => ({
          name: name + suffix,
          labels: part === undefined ? each.labels : [...each.labels, [part, each.part]],
          value: each.value,
          ...(each.timestampMs !== undefined && { timestampMs: each.timestampMs }),
          ...(each.exemplar !== undefined && { exemplar: each.exemplar }),
        }),
      ),
  );
  const identity = (each: Sample) => JSON.stringify([each.name, [...each.labels].sort()]);
  return fc.uniqueArray(one, { minLength: 1, maxLength: 6, selector: identity });
}

/** Pages of families of these types, as the parser would give them. */
export function pages(types: readonly FamilyType[], format: 'text' | 'openmetrics'): fc.Arbitrary<readonly Family[]> {
  const family = fc.record({ name: familyName, type: fc.constantFrom(...types) }).chain(({ name, type }) =>
    fc
      .record({
        help: fc.option(
          clean.map((each) => each.trimStart()),
          { nil: undefined },
        ),
        unit: format === 'openmetrics' ? fc.option(fc.constant('seconds'), { nil: undefined }) : fc.constant(undefined),
        samples: samplesOf(name, type, format === 'openmetrics', format === 'text'),
      })
      .map(
        ({ help, unit, samples }): Family => ({
          name,
          type,
          samples,
          ...(help !== undefined && { help }),
          ...(unit !== undefined && { unit }),
        }),
      ),
  );
  return fc.uniqueArray(family, { maxLength: 5, selector: ({ name }) => name });
}

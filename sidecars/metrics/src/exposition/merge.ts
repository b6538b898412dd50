import type { Family, FamilyType, Sample } from '../../../common/src/family.ts';
import type { CutSeries, ParsedFamily } from './family-builder.ts';

/** Families that one target has shown. */
export interface Source {
  readonly target: string;
  /** Give every series a label `target`. */
  readonly labelled: boolean;
  readonly families: readonly ParsedFamily[];
}

/** A family of the merged page. */
export interface MergedFamily extends Family {
  /** One of the sidecar's own, which come first when room is short. */
  readonly own: boolean;
  readonly cut?: CutSeries;
}

/** Names that the page needs for its report on itself. */
const reservedPrefix = 'standpipe_page_';

/**
 * Merges the families of targets with each other and beside the sidecar's own. Whether a target's series carry a label
 * `target` depends on the configuration and on fixed names alone, never on which targets happen to answer, or series would
 * change their identity from one scrape to the next: they carry it where the source is `labelled`, and wherever the
 * sidecar itself has a family of that name. A label `target` of the app's own is then called `exported_target`. A family
 * whose type differs from that of an earlier one of its name is prefixed with its target's name.
 */
export function mergePages(own: readonly Family[], sources: readonly Source[]): readonly MergedFamily[] {
  const types = new Map(own.map((family) => [declaredName(family), family.type]));
  const ownNames = new Set(types.keys());
  const page = new Map<string, MergedFamily>();
  for (const { target, labelled, families } of sources) {
    for (const family of families) {
      if (family.name.startsWith(reservedPrefix)) continue;
      const found = distinct(family, target, types);
      if (found === undefined) continue;
      const name = declaredName(found);
      types.set(name, found.type);
      const merged: MergedFamily = {
        ...(labelled || ownNames.has(name) ? withTarget(found, target) : found),
        own: false,
      };
      const present = page.get(name);
      page.set(name, present === undefined ? merged : joined(present, merged));
    }
  }
  return [...own.map((family) => ({ ...family, own: true })), ...page.values()];
}

/** Puts families of one name under one declaration, and gives each a name that is unique in OpenMetrics too. */
export function declareOnce(families: readonly MergedFamily[]): readonly MergedFamily[] {
  const page = new Map<string, MergedFamily>();
  for (const family of families) {
    const name = declaredName(family);
    const present = page.get(name);
    page.set(name, present === undefined ? family : joined(present, family));
  }
  return distinctInOpenMetrics([...page.values()]);
}

/** The name that a family is declared by in text 0.0.4: what must be unique on a page. */
export function declaredName({ name, type, samples }: Family): string {
  if (type === 'info') return `${name}_info`;
  return type === 'counter' && samples[0]?.name !== name ? `${name}_total` : name;
}

/** The family under a name that no family of another type has; undefined in the unlikely case that there is none. */
function distinct(
  family: ParsedFamily,
  target: string,
  types: ReadonlyMap<string, FamilyType>,
): ParsedFamily | undefined {
  const fits = (each: ParsedFamily) => (types.get(declaredName(each)) ?? each.type) === each.type;
  const prefixed = fits(family) ? family : withPrefix(family, `target_${target.replaceAll('-', '_')}_`);
  return fits(prefixed) ? prefixed : undefined;
}

function joined(present: MergedFamily, family: MergedFamily): MergedFamily {
  const { cut: first, ...rest } = present;
  const cut = first ?? family.cut;
  const series = (first?.series ?? present.samples.length) + (family.cut?.series ?? family.samples.length);
  // If a part of a family is too large to be shown, its other part alone would mislead.
  if (cut !== undefined) return { ...rest, samples: [], cut: { ...cut, series } };
  return { ...rest, samples: [...present.samples, ...family.samples] };
}

function withTarget(family: ParsedFamily, target: string): ParsedFamily {
  const relabel = (sample: Sample): Sample => {
    const labels = sample.labels.map(([name, value]) => [name === 'target' ? 'exported_target' : name, value] as const);
    return { ...sample, labels: [...labels, ['target', target]] };
  };
  return { ...family, samples: family.samples.map(relabel) };
}

/** Gives a family another name. Target names may begin with a digit, metric names may not. */
function withPrefix(family: ParsedFamily, prefix: string): ParsedFamily {
  const samples = family.samples.map((each) => ({ ...each, name: prefix + each.name }));
  return { ...family, name: prefix + family.name, samples };
}

/**
 * Text 0.0.4 tells a gauge `jobs` from a counter `jobs_total`; OpenMetrics declares both as `jobs`. There the counter is
 * declared by its full name (and so without its type).
 */
function distinctInOpenMetrics(families: readonly MergedFamily[]): readonly MergedFamily[] {
  const counters = new Set<string>();
  const others = new Set<string>();
  for (const { type, name } of families) (type === 'counter' ? counters : others).add(name);
  return families.map((family) => {
    const clashes = family.type === 'counter' && others.has(family.name);
    return clashes ? { ...family, name: declaredName(family) } : family;
  });
}

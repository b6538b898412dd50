import type { Label, Sample } from '../../../common/src/family.ts';

/**
 * A number that two samples of one series share, whatever the order of their labels: 53 bits of a hash, so that a hundred
 * thousand series meet by chance once in a million pages. Texts would cost more memory than the series themselves.
 */
export function seriesHash({ name, labels }: Sample): number {
  let high = hash(name, 0x811c9dc5);
  let low = hash(name, 0x9747b28c);
  for (const [label, value] of labels) {
    // Sums do not depend on the order.
    high = (high + hash(value, hash(label, 0x811c9dc5))) | 0;
    low = (low + hash(value, hash(label, 0x9747b28c))) | 0;
  }
  return (high >>> 0) * 0x200000 + (low >>> 11);
}

/** FNV-1a over UTF-16 units (https://datatracker.ietf.org/doc/draft-eastlake-fnv/), with a last mix of the bits. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return value ^ (value >>> 12);
}

/** Labels that tell the parts of one histogram or summary from each other. */
const partLabels: ReadonlySet<string> = new Set(['le', 'quantile']);

/** The label to blame for a number of series. */
export interface Culprit {
  /** The label with the most different values; '' where there is none. */
  readonly label: string;
  /** Some of its values, shortened. */
  readonly examples: readonly string[];
}

/** How many examples are given, and of how many characters each. */
export const exampleCount = 3;
const exampleLength = 40;

/** Finds the label to blame for the number of these series. */
export function culpritOf(samples: readonly Sample[]): Culprit {
  const values = new Map<string, Set<string>>();
  for (const { labels } of samples) for (const label of labels) addValue(values, label);
  let widest = '';
  let most = 0;
  for (const [name, set] of values) {
    if (set.size <= most) continue;
    widest = name;
    most = set.size;
  }
  const examples = [...(values.get(widest) ?? [])].slice(0, exampleCount);
  return { label: widest, examples: examples.map((value) => value.slice(0, exampleLength)) };
}

function addValue(values: Map<string, Set<string>>, [name, value]: Label): void {
  if (partLabels.has(name)) return;
  const set = values.get(name);
  if (set === undefined) values.set(name, new Set([value]));
  else set.add(value);
}

import type { Label, Sample } from '../../../common/src/family.ts';

/** A text that is the same for two samples of one series, whatever the order of their labels. */
export function seriesKey({ name, labels }: Sample): string {
  const sorted = labels.length < 2 ? labels : [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sorted]);
}

/** Labels that tell the parts of one histogram or summary from each other. */
const partLabels: ReadonlySet<string> = new Set(['le', 'quantile']);

/** The label with the most different values: the one to blame for the number of series. '' where there is none. */
export function widestLabel(samples: readonly Sample[]): string {
  const values = new Map<string, Set<string>>();
  for (const { labels } of samples) for (const label of labels) addValue(values, label);
  let widest = '';
  let most = 0;
  for (const [name, set] of values) {
    if (set.size <= most) continue;
    widest = name;
    most = set.size;
  }
  return widest;
}

function addValue(values: Map<string, Set<string>>, [name, value]: Label): void {
  if (partLabels.has(name)) return;
  const set = values.get(name);
  if (set === undefined) values.set(name, new Set([value]));
  else set.add(value);
}

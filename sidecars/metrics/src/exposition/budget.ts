import { type Family, gauge, type Series } from '../../../common/src/family.ts';
import { declaredName, declareOnce, type MergedFamily } from './merge.ts';
import { type Culprit, culpritOf, exampleCount } from './series.ts';

/** A page that keeps to its budget, and what was left out of it. */
export interface FittedPage {
  readonly families: readonly Family[];
  /** Series shown, with those that report on the budget itself. */
  readonly series: number;
  readonly left: readonly LeftOut[];
}

/** A family that is not shown, with the label that made it large. */
export interface LeftOut extends Culprit {
  readonly family: string;
  readonly series: number;
}

/** Families that are named when they are left out; the others are summed up as `_OTHER`. */
const named = 10;

/** Series that report on the budget: the named families, their rest, examples, the series shown and the budget. */
const reserved = named + 3 + exampleCount;

/**
 * Leaves families out until the page has at most `maxSeries` series: the largest first, whole, since a family of which
 * a part is missing gives wrong sums, and since the one family that grows without bound should go before all others. The
 * sidecar's own families are the last to go. `uncounted` are series that were never kept.
 */
export function fitBudget(families: readonly MergedFamily[], maxSeries: number, uncounted: number): FittedPage {
  const room = Math.max(0, maxSeries - reserved);
  const byPrecedence = [...families].sort((a, b) => Number(b.own) - Number(a.own) || sizeOf(a) - sizeOf(b));
  const shown = new Set<MergedFamily>();
  const left: LeftOut[] = [];
  let used = 0;
  for (const family of byPrecedence) {
    const size = sizeOf(family);
    if (family.cut === undefined && used + size <= room) {
      used += size;
      shown.add(family);
    } else left.push({ ...culpritOfFamily(family), family: declaredName(family), series: size });
  }
  if (uncounted > 0) left.push({ family: '_OTHER', label: '', examples: [], series: uncounted });
  left.sort((a, b) => b.series - a.series);
  const report = [notShown(left), examples(left)];
  const total = used + report.reduce((sum, { samples }) => sum + samples.length, 0) + 2;
  const reports = [
    ...report,
    gauge('standpipe_page_series', 'Series on this page.', [total]),
    gauge('standpipe_page_max_series', 'Series that this page may have.', [maxSeries]),
  ];
  return {
    families: [...declareOnce(families.filter((family) => shown.has(family))), ...reports],
    series: total,
    left,
  };
}

function sizeOf({ cut, samples, drawn }: MergedFamily): number {
  return cut?.series ?? samples.length + (drawn?.series ?? 0);
}

function culpritOfFamily({ cut, drawn, samples }: MergedFamily): Culprit {
  if (cut !== undefined) return { label: cut.label, examples: cut.examples };
  return drawn === undefined ? culpritOf(samples) : { label: drawn.widestLabel, examples: [] };
}

/** @param left the largest first */
function notShown(left: readonly LeftOut[]): Family {
  const others = left.filter((each, place) => place >= named || each.family === '_OTHER');
  const series = left
    .filter((each) => !others.includes(each))
    .map(({ family, label, series }): Series => [series, { family, label }]);
  const rest = others.reduce((sum, each) => sum + each.series, 0);
  if (rest > 0) series.push([rest, { family: '_OTHER', label: '' }]);
  return gauge(
    'standpipe_page_series_not_shown',
    'Series left out to keep the budget, by family and by the label with the most values in it.',
    ...series,
  );
}

/** What the values of the worst label look like: mostly that says at once where they come from. */
function examples(left: readonly LeftOut[]): Family {
  const worst = left.find((each) => each.examples.length > 0);
  const series = (worst?.examples ?? []).map(
    (example): Series => [1, { family: worst?.family ?? '', label: worst?.label ?? '', example }],
  );
  return gauge(
    'standpipe_page_series_not_shown_example',
    'Values of the label that cost the largest of these families its place.',
    ...series,
  );
}

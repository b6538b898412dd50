import { type Family, gauge, type Series } from '../../../common/src/family.ts';
import { declaredName, declareOnce, type MergedFamily } from './merge.ts';
import { type Culprit, culpritOf, exampleCount } from './series.ts';

/** A page that keeps to its budget. */
export interface FittedPage extends BudgetReport {
  readonly families: readonly Family[];
}

/** How a page stands to its budget. */
export interface BudgetReport {
  /** Series shown, with those that report on the budget itself. */
  readonly series: number;
  /** What was left out, the largest first. What goes beyond ten families is one entry at the end, `_OTHER`. */
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
  const told = largest(left);
  const report = [notShown(told), examples(told)];
  const total = used + report.reduce((sum, { samples }) => sum + samples.length, 0) + 2;
  const reports = [
    ...report,
    gauge('standpipe_page_series', 'Series on this page.', [total]),
    gauge('standpipe_page_max_series', 'Series that this page may have.', [maxSeries]),
  ];
  return {
    families: [...declareOnce(families.filter((family) => shown.has(family))), ...reports],
    series: total,
    left: told,
  };
}

function sizeOf({ cut, samples, drawn }: MergedFamily): number {
  return cut?.series ?? samples.length + (drawn?.series ?? 0);
}

function culpritOfFamily({ cut, drawn, samples }: MergedFamily): Culprit {
  if (cut !== undefined) return { label: cut.label, examples: cut.examples };
  return drawn === undefined ? culpritOf(samples) : { label: drawn.widestLabel, examples: [] };
}

/** What is said of families that are left out: the largest by their names, the rest in one sum. */
function largest(left: readonly LeftOut[]): readonly LeftOut[] {
  const byName = left.filter(({ family }) => family !== '_OTHER').sort((a, b) => b.series - a.series);
  const told = byName.slice(0, named);
  const rest = left.filter((each) => !told.includes(each)).reduce((sum, { series }) => sum + series, 0);
  return rest > 0 ? [...told, { family: '_OTHER', label: '', examples: [], series: rest }] : told;
}

function notShown(left: readonly LeftOut[]): Family {
  return gauge(
    'standpipe_page_series_not_shown',
    'Series left out to keep the budget, by family and by the label with the most values in it.',
    ...left.map(({ family, label, series }): Series => [series, { family, label }]),
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

import { formatValue, type Label } from '../../../common/src/family.ts';
import { exemplarText, labelPairs, type PageFormat } from '../../../common/src/render.ts';
import type { Histogram } from './histogram.ts';

/**
 * The lines of one histogram on a page. All of their text but the numbers is made once: most of the work of writing
 * thousands of series is in their labels, which never change.
 */
export class HistogramLines {
  private readonly histogram: Histogram;
  /** What stands before each number, the end of the line before included: the buckets', the sum's and the count's. */
  private readonly heads: readonly string[];

  /** @param name of the family */
  constructor(name: string, labels: readonly Label[], histogram: Histogram) {
    this.histogram = histogram;
    const pairs = labelPairs(labels);
    const own = pairs === '' ? '' : `{${pairs}}`;
    const before = pairs === '' ? '' : `${pairs},`;
    const buckets = [...histogram.bounds.map(boundText), '+Inf'].map(
      (bound) => `${name}_bucket{${before}le="${bound}"} `,
    );
    this.heads = [...buckets, `${name}_sum${own} `, `${name}_count${own} `].map((head, i) =>
      i > 0 ? `\n${head}` : head,
    );
  }

  /** The lines with the numbers of this moment. */
  text(format: PageFormat): string {
    const { heads, histogram } = this;
    const { counts, exemplar } = histogram;
    const buckets = counts.length;
    let text = '';
    let below = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      below += counts[bucket] ?? 0;
      text += heads[bucket] ?? '';
      text += below;
      if (format === 'openmetrics' && exemplar?.bucket === bucket) text += exemplarText(exemplar.exemplar);
    }
    return `${text}${heads[buckets]}${formatValue(histogram.sum)}${heads[buckets + 1]}${below}\n`;
  }
}

/** A bound as OpenMetrics wants it: always with a decimal point, so that both formats give the same series. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

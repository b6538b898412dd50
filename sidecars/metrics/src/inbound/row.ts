import type { Drawn, Label, PageFormat } from '../../../common/src/family.ts';
import { durationBounds, Histogram, seriesOf } from './histogram.ts';
import { HistogramLines } from './histogram-lines.ts';

/** One histogram of durations, of one combination of labels. */
export interface Row {
  readonly labels: readonly Label[];
  readonly histogram: Histogram;
  /** Its lines on the page, made when it is first shown. */
  lines: HistogramLines | undefined;
}

/** An empty row. */
export function newRow(labels: readonly Label[]): Row {
  return { labels, histogram: new Histogram(durationBounds), lines: undefined };
}

/** Rows as the series of the family of that name. */
export class DrawnRows implements Drawn {
  readonly series: number;
  readonly widestLabel: string;
  private readonly name: string;
  private readonly rows: readonly Row[];

  /** @param widestLabel the label with the most values: the name that is made from the path */
  constructor(name: string, rows: readonly Row[], widestLabel: string) {
    this.series = rows.length * seriesOf(durationBounds);
    this.widestLabel = widestLabel;
    this.name = name;
    this.rows = rows;
  }

  *lines(format: PageFormat): Generator<string> {
    for (const row of this.rows) {
      row.lines ??= new HistogramLines(this.name, row.labels, row.histogram);
      yield row.lines.text(format);
    }
  }
}

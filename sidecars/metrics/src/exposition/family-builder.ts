import type { Family, FamilyType, Sample } from '../../../common/src/family.ts';
import { type Culprit, culpritOf, seriesHash } from './series.ts';

/** A family as it was read: whole, or counted only because it had more series than could ever be shown. */
export interface ParsedFamily extends Family {
  readonly cut?: CutSeries;
}

/** Series that were read but not kept. */
export interface CutSeries extends Culprit {
  readonly series: number;
}

/** Suffixes of the series of each type, in OpenMetrics and in text 0.0.4. */
const suffixes: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  unknown: [''],
  info: ['_info'],
  stateset: [''],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
};

/** Collects one family of a page that is being read. */
export class FamilyBuilder {
  type: FamilyType | undefined;
  help: string | undefined;
  unit: string | undefined;
  /** Series seen, kept or not. */
  series = 0;
  /** Characters of the lines that are kept. */
  characters = 0;
  private samples: Sample[] = [];
  private readonly seen = new Set<number>();
  private culprit: Culprit | undefined;
  /** The name as the page declares it. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Series kept. */
  get kept(): number {
    return this.samples.length;
  }

  /** True once series are counted only. */
  get isCut(): boolean {
    return this.culprit !== undefined;
  }

  /** True if a series of the family may be called by its name and this suffix. */
  accepts(suffix: string): boolean {
    return suffixes[this.type ?? 'unknown'].includes(suffix);
  }

  /**
   * Adds a series that took a line of so many characters; false if the page has it already. Past `max` series, none is
   * kept and all are counted.
   */
  add(sample: Sample, characters: number, max: number): boolean {
    if (this.culprit === undefined) {
      const hash = seriesHash(sample);
      if (this.seen.has(hash)) return false;
      this.seen.add(hash);
      this.samples.push(sample);
      this.characters += characters;
    }
    this.series += 1;
    if (this.series > max && this.culprit === undefined) {
      this.culprit = culpritOf(this.samples);
      this.samples = [];
      this.characters = 0;
      this.seen.clear();
    }
    return true;
  }

  /** Counts a further series of a family that is cut. */
  count(): void {
    this.series += 1;
  }

  /** The family in OpenMetrics terms; undefined if it has no series. */
  build(): ParsedFamily | undefined {
    if (this.series === 0) return undefined;
    const { type = 'unknown', help, unit, samples, series, culprit } = this;
    // Text 0.0.4 declares a counter by the name of its series.
    const name = type === 'counter' && this.name.endsWith('_total') ? this.name.slice(0, -'_total'.length) : this.name;
    return {
      name,
      type,
      samples,
      ...(help !== undefined && { help }),
      ...(unit !== undefined && { unit }),
      ...(culprit !== undefined && { cut: { series, ...culprit } }),
    };
  }
}

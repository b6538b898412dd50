import type { FamilyType, Sample } from '../../../common/src/family.ts';
import type { PageFormat } from '../../../common/src/render.ts';
import { FamilyBuilder, type ParsedFamily } from './family-builder.ts';
import { parseSampleLine, unescapeText } from './sample-line.ts';

/** What may be kept of pages, whatever their size. Shared by all pages that are read at the same time. */
export interface SeriesAllowance {
  /** A family with more series than this is counted and not kept. */
  readonly familySeries: number;
  /** How many series may still be kept; those that follow are counted. */
  left: number;
  /** How many characters of lines may still be kept. */
  characters: number;
}

/**
 * The allowance for a page of `maxSeries`. More than can be shown is kept, so that it can be chosen what is; and a series
 * may take 200 characters on the average, which is twice of what is usual.
 */
export function allowanceFor(maxSeries: number): SeriesAllowance {
  return { familySeries: maxSeries, left: 2 * maxSeries, characters: 400 * maxSeries };
}

/** What a page says. */
export interface ParsedPage {
  readonly families: readonly ParsedFamily[];
  /** Series on the page, kept or not. */
  readonly series: number;
  /** Series past the allowance; their families are not known by name. */
  readonly uncounted: number;
  /** Lines that are neither series nor comments, and series that stand twice. */
  readonly skippedLines: number;
  /** Why the page cannot be used as a whole. */
  readonly problem: string | undefined;
}

/** Longer lines are no metrics. */
const maxLine = 65_536;

const metadata = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/s;

const types: ReadonlyMap<string, FamilyType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['unknown', 'unknown'],
  ['untyped', 'unknown'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['gaugehistogram', 'gaugehistogram'],
]);

const suffixed = /_(total|created|bucket|sum|count|info|gsum|gcount)$/;

/**
 * Reads a page piece by piece, so that no more than a line of it is held. A line that is no metric is counted and passed
 * over: one broken line must not cost the app all its metrics.
 */
export class PageParser {
  private readonly format: PageFormat;
  private readonly allowance: SeriesAllowance;
  private readonly builders = new Map<string, FamilyBuilder>();
  private rest = '';
  /** Families that are only counted, by the names of their series: these lines need not be read any further. */
  private readonly cut = new Map<string, FamilyBuilder>();
  private uncounted = 0;
  private skippedLines = 0;
  private ended = false;

  constructor(format: PageFormat, allowance: SeriesAllowance) {
    this.format = format;
    this.allowance = allowance;
  }

  /** Reads a further piece. */
  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.readLine(ownText(this.rest + text.slice(start, end)));
      this.rest = '';
      start = end + 1;
    }
    this.rest = (this.rest + text.slice(start)).slice(0, maxLine + 1);
  }

  /** Ends the page. */
  end(): ParsedPage {
    if (this.rest !== '') this.readLine(this.rest);
    this.rest = '';
    const families = [...this.builders.values()].flatMap((builder) => builder.build() ?? []);
    const series = families.reduce(
      (sum, family) => sum + (family.cut?.series ?? family.samples.length),
      this.uncounted,
    );
    const { uncounted, skippedLines } = this;
    return { families, series, uncounted, skippedLines, problem: this.problem(series) };
  }

  private problem(series: number): string | undefined {
    if (this.format === 'openmetrics' && !this.ended)
      return 'the page ends without "# EOF": it is cut off or no OpenMetrics';
    return series === 0 && this.skippedLines > 0 ? 'no line of the page is a metric' : undefined;
  }

  private readLine(raw: string): void {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '' || this.ended) return;
    if (line.length > maxLine) this.skippedLines += 1;
    else if (line.startsWith('#')) this.readComment(line);
    else this.readSample(line);
  }

  private readComment(line: string): void {
    if (line === '# EOF' && this.format === 'openmetrics') this.ended = true;
    const [, keyword, name, text = ''] = metadata.exec(line) ?? [];
    if (name === undefined) return;
    const builder = this.builderFor(name);
    if (builder === undefined) return;
    if (keyword === 'HELP') this.readHelp(builder, text);
    else if (keyword === 'UNIT' && text !== '') builder.unit ??= text;
    else if (keyword === 'TYPE') this.readType(builder, text.trim());
  }

  private readHelp(builder: FamilyBuilder, text: string): void {
    if (builder.help !== undefined || this.allowance.characters <= 0) return;
    this.allowance.characters -= text.length;
    builder.help = this.format === 'text' ? unescapeHelp(text) : unescapeText(text);
  }

  private readType(builder: FamilyBuilder, word: string): void {
    const type = types.get(word);
    if (type === undefined || (builder.type !== undefined && builder.type !== type)) this.skippedLines += 1;
    else builder.type = type;
  }

  private readSample(line: string): void {
    const cut = this.cut.size > 0 ? this.cut.get(nameOf(line)) : undefined;
    if (cut !== undefined) {
      cut.count();
      return;
    }
    const sample = parseSampleLine(line, this.format);
    if (sample === undefined) this.skippedLines += 1;
    else this.keep(sample, line.length);
  }

  private keep(sample: Sample, characters: number): void {
    const { allowance } = this;
    const builder = this.ownerOf(sample.name);
    const full = allowance.left <= 0 || allowance.characters <= 0;
    if (builder === undefined || (full && builder.series === 0)) {
      this.uncounted += 1;
      return;
    }
    const before = { kept: builder.kept, characters: builder.characters };
    if (!builder.add(sample, characters, full ? 0 : allowance.familySeries)) this.skippedLines += 1;
    allowance.left -= builder.kept - before.kept;
    allowance.characters -= builder.characters - before.characters;
    if (builder.isCut) this.cut.set(sample.name, builder);
  }

  /** The family that a series belongs to: the one of just that name, else the one that it is a part of. */
  private ownerOf(name: string): FamilyBuilder | undefined {
    const exact = this.builders.get(name);
    if (exact?.accepts('')) return exact;
    const suffix = suffixed.exec(name)?.[0];
    if (suffix !== undefined) {
      const whole = this.builders.get(name.slice(0, -suffix.length));
      if (whole?.accepts(suffix)) return whole;
    }
    return exact ?? this.builderFor(name);
  }

  private builderFor(name: string): FamilyBuilder | undefined {
    const found = this.builders.get(name);
    if (found !== undefined || this.builders.size >= 2 * this.allowance.familySeries) return found;
    const builder = new FamilyBuilder(name);
    this.builders.set(name, builder);
    return builder;
  }
}

/**
 * The same text in memory of its own. A part of a text keeps the whole of it alive: without this, one label that is kept
 * would hold on to the 64 KiB that it arrived in.
 */
function ownText(text: string): string {
  return ` ${text}`.slice(1);
}

/** The name that a line begins with. */
function nameOf(line: string): string {
  const end = line.search(/[{ \t]/);
  return end < 0 ? line : line.slice(0, end);
}

/** In text 0.0.4 a help text escapes only backslash and line feed. */
function unescapeHelp(text: string): string {
  return text.replace(/\\([\\n])/g, (_, code: string) => (code === 'n' ? '\n' : code));
}

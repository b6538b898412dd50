import type { Exemplar, Family, FamilyType, Label, PageFormat, Sample } from './family.ts';

export type { PageFormat } from './family.ts';

export const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What the lines of one TYPE head are: a family has one block, and more where text 0.0.4 lacks its type. */
interface Block {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** Characters in one part of a page, about: well under a millisecond of work. */
const charactersPerPart = 32_768;

/** Writes a page in parts of bounded work, so that the writer can let other things run in between. */
export function* renderPage(families: Iterable<Family>, format: PageFormat): Generator<string> {
  let part = '';
  for (const piece of pieces(families, format)) {
    part += piece;
    if (part.length < charactersPerPart) continue;
    yield part;
    part = '';
  }
  if (format === 'openmetrics') part += '# EOF\n';
  if (part !== '') yield part;
}

function* pieces(families: Iterable<Family>, format: PageFormat): Generator<string> {
  for (const family of families) {
    for (const block of blocks(family, format)) {
      yield head(block, family, format);
      for (const sample of block.samples) yield sampleLine(sample, format);
    }
    // Only families of one block write themselves: histograms without a time of creation.
    if (family.drawn !== undefined) yield* family.drawn.lines(format);
  }
}

/** A whole page as one string: for small pages only. */
export function renderWhole(families: Iterable<Family>, format: PageFormat): string {
  return [...renderPage(families, format)].join('');
}

function blocks(family: Family, format: PageFormat): readonly Block[] {
  return format === 'openmetrics' ? [openMetricsBlock(family)] : textBlocks(family);
}

/** A counter whose series lack `_total` cannot be an OpenMetrics counter: its name is kept and its type is not. */
function openMetricsBlock({ name, type, samples }: Family): Block {
  const bare = type === 'counter' && samples.some((each) => each.name === name);
  return { name, type: bare ? 'unknown' : type, samples };
}

const textTypes: Readonly<Record<FamilyType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  unknown: 'untyped',
  info: 'gauge',
  stateset: 'gauge',
  gaugehistogram: 'histogram',
};

/** Suffixes of series that text 0.0.4 knows only as families of their own. */
const ownFamilySuffixes = ['_created', '_gcount', '_gsum'] as const;

function textBlocks({ name, type, samples }: Family): readonly Block[] {
  const apart =
    type === 'gauge' || type === 'unknown' || type === 'stateset' || type === 'info' ? [] : ownFamilySuffixes;
  const main: Sample[] = [];
  const others = new Map<string, Sample[]>();
  for (const each of samples) {
    const suffix = apart.find((candidate) => each.name === name + candidate);
    const list = suffix === undefined ? main : others.get(each.name);
    if (list === undefined) others.set(each.name, [each]);
    else list.push(each);
  }
  const suffixed =
    type === 'counter' && !main.some((each) => each.name === name) ? '_total' : type === 'info' ? '_info' : '';
  const result: Block[] = [{ name: name + suffixed, type: textTypes[type], samples: main }];
  for (const [own, list] of others) result.push({ name: own, type: 'gauge', samples: list });
  return result;
}

function head(block: Block, { help, unit }: Family, format: PageFormat): string {
  let text = '';
  if (help !== undefined) text += `# HELP ${block.name} ${format === 'text' ? escapeHelp(help) : escapeValue(help)}\n`;
  text += `# TYPE ${block.name} ${block.type}\n`;
  if (unit !== undefined && format === 'openmetrics') text += `# UNIT ${block.name} ${unit}\n`;
  return text;
}

function sampleLine({ name, labels, value, timestampMs, exemplar }: Sample, format: PageFormat): string {
  const time = timestampMs === undefined ? '' : ` ${format === 'text' ? timestampMs : timestampMs / 1000}`;
  const trail = exemplar !== undefined && format === 'openmetrics' ? exemplarText(exemplar) : '';
  return `${name}${labels.length === 0 ? '' : labelSet(labels)} ${value}${time}${trail}\n`;
}

/** An exemplar as it stands at the end of a line of OpenMetrics. */
export function exemplarText({ labels, value, timestampMs }: Exemplar): string {
  return ` # ${labelSet(labels)} ${value}${timestampMs === undefined ? '' : ` ${timestampMs / 1000}`}`;
}

function labelSet(labels: readonly Label[]): string {
  return `{${labelPairs(labels)}}`;
}

/** Labels as they stand between braces. */
export function labelPairs(labels: readonly Label[]): string {
  return labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return /[\\\n"]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text;
}

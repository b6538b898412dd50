import { setImmediate } from 'node:timers/promises';
import type { MetricsConfig } from '../../../operator/src/config/metrics.ts';
import { type Family, gauge, type Series } from '../../common/src/family.ts';
import type { Page, PageRequest } from '../../common/src/pages.ts';
import { contentTypes, type PageFormat, renderPage } from '../../common/src/render.ts';
import { type BudgetReport, type FittedPage, fitBudget } from './exposition/budget.ts';
import { mergePages, type Source } from './exposition/merge.ts';
import { formatFor } from './exposition/negotiate.ts';
import { allowanceFor } from './exposition/page-parser.ts';
import { type PageAddress, type Scraped, scrape } from './scrape.ts';

/** What the merged page is made of. */
export interface MetricsPageOptions {
  /** The sidecar's own families, asked for at every scrape. */
  readonly own: () => readonly Family[];
  readonly config: () => Pick<MetricsConfig, 'maxSeries' | 'scrapeTimeoutMs'>;
  /** The app's own pages. */
  readonly apps: () => readonly PageAddress[];
  /** The page of the logs sidecar, which is only in some pods. */
  readonly logs: PageAddress;
}

/** How a target was at the last scrape. */
export type TargetHealth = Omit<Scraped, 'page'> & { readonly series: number; readonly skippedLines: number };

/** How a page stood to its budget. */
export type PageBudget = BudgetReport & { readonly maxSeries: number };

/** The one page of the pod: the sidecar's own metrics, the app's and those of the logs sidecar. */
export class MetricsPage {
  private readonly options: MetricsPageOptions;
  private round: Promise<FittedPage> | undefined;
  private seenLogs = false;
  /** Every target as it was at the last scrape. */
  targets: readonly TargetHealth[] = [];
  /** How the page stood to its budget at the last scrape; undefined before the first. */
  budget: PageBudget | undefined;

  constructor(options: MetricsPageOptions) {
    this.options = options;
  }

  /** Answers a scrape. Scrapes at the same time share one round. A target that fails costs its own metrics only. */
  async answer({ headers }: PageRequest): Promise<Page> {
    this.round ??= this.collect().finally(() => {
      this.round = undefined;
    });
    const { families } = await this.round;
    const format = formatFor(headers.accept);
    return { status: 200, contentType: contentTypes[format], body: slices(families, format) };
  }

  private async collect(): Promise<FittedPage> {
    const { own, config, logs } = this.options;
    const { scrapeTimeoutMs, maxSeries } = config();
    const allowance = allowanceFor(maxSeries);
    const apps = this.options.apps();
    const scraped = await Promise.all([...apps, logs].map((address) => scrape(address, allowance, scrapeTimeoutMs)));
    this.targets = scraped.filter((each) => each.target !== logs.target || this.hasLogs(each)).map(health);
    const sources = scraped.flatMap(({ target, page }): readonly Source[] =>
      page === undefined
        ? []
        : [{ target, labelled: target !== logs.target && apps.length > 1, families: page.families }],
    );
    const uncounted = scraped.reduce((sum, { page }) => sum + (page?.uncounted ?? 0), 0);
    const fitted = fitBudget(mergePages([...own(), ...targetFamilies(this.targets)], sources), maxSeries, uncounted);
    this.budget = { series: fitted.series, maxSeries, left: fitted.left };
    return fitted;
  }

  /** Not every pod has a logs sidecar: one that never answered is not reported as down. */
  private hasLogs({ page }: Scraped): boolean {
    this.seenLogs ||= page !== undefined;
    return this.seenLogs;
  }
}

function health({ page, ...rest }: Scraped): TargetHealth {
  return { ...rest, series: page?.series ?? 0, skippedLines: page?.skippedLines ?? 0 };
}

function targetFamilies(targets: readonly TargetHealth[]): readonly Family[] {
  const each = (value: (target: TargetHealth) => number): readonly Series[] =>
    targets.map((target) => [value(target), { target: target.target }]);
  return [
    gauge(
      'standpipe_scrape_target_up',
      '1 if the target gave a usable page.',
      ...each((target) => Number(target.problem === undefined)),
    ),
    gauge('standpipe_scrape_target_duration_seconds', 'How long the target took.', ...each((target) => target.seconds)),
    gauge(
      'standpipe_scrape_target_series',
      'Series on the page of the target, shown or not.',
      ...each((target) => target.series),
    ),
    gauge(
      'standpipe_scrape_target_skipped_lines',
      'Lines of the page of the target that are no metrics or stand twice.',
      ...each((target) => target.skippedLines),
    ),
  ];
}

/** Lets traffic through between any two parts of a page. */
async function* slices(families: readonly Family[], format: PageFormat): AsyncGenerator<string> {
  for (const part of renderPage(families, format)) {
    yield part;
    await setImmediate();
  }
}

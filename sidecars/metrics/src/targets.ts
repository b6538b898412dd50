import type { ScrapeTarget } from '../../../operator/src/config/metrics.ts';
import type { PageAddress } from './scrape.ts';
import type { Settings } from './settings.ts';

/**
 * Where the app's pages are asked for: the configuration's and those that the pod itself declares. A page that stands in
 * both is asked for once. Declared ports that are tapped are asked at the app's own port, or each scrape would be counted
 * as a request. Without the pod's address there are none.
 */
export function appPages(configured: readonly ScrapeTarget[], settings: Settings): readonly PageAddress[] {
  const { scrape, taps } = settings;
  const [appHost] = settings.appHosts;
  if (appHost === undefined) return [];
  const same = (a: ScrapeTarget, b: ScrapeTarget) => a.name === b.name || (a.port === b.port && a.path === b.path);
  const own = scrape.filter((target) => !configured.some((other) => same(target, other)));
  return [...configured, ...own].map(({ name, port, path, tls }) => {
    const tap = taps.find(({ listen }) => listen === port);
    return { target: name, host: appHost, port: tap?.app ?? port, path, ...(tls && { tls }) };
  });
}

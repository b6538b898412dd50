/** Queries about the pods of the service that is chosen in the dashboard. */

/** The sidecars of these pods. They say whose they are, so no other label that a scrape gives matters. */
export const own =
  'standpipe_metrics_info{microservice_namespace="$namespace", microservice="$microservice", instance=~"$instance"}';

/** The series of a vector that come from these pods. */
export const ofService = (vector: string): string => `${vector} and on (instance, job) ${own}`;

/** These put together by labels. */
export const by = (operator: 'sum' | 'max', labels: string, vector: string): string =>
  `${operator} by (${labels}) (${ofService(vector)})`;

/** The sum of all of them. */
export const total = (vector: string): string => `sum(${ofService(vector)})`;

/** By the second, over a time that Grafana makes of the panel's width and the interval of scrapes. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`;

/** What came in that time. */
export const increase = (series: string): string => `increase(${series}[$__rate_interval])`;

/** A quantile of a histogram. @param labels `le`, and what it is told apart by */
export const quantile = (share: number, labels: string, buckets: string): string =>
  `histogram_quantile(${share}, ${by('sum', labels, rate(buckets))})`;

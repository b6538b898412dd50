/** The middle of some numbers; those that are not there are left out. */
export function median(values: readonly (number | undefined)[]): number {
  const sorted = values.filter((value): value is number => value !== undefined && !Number.isNaN(value));
  sorted.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

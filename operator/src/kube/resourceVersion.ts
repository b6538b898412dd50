/** Orders resource versions, so that news which is older than what is known can be told apart. */

const decimal = /^[1-9][0-9]*$/;

/**
 * Compares two versions of one type of object: negative where `a` is older, zero where they are equal, positive where
 * it is newer; undefined where a server hands out versions that are no plain decimal numbers.
 * Source: KEP-5504, "Comparable Resource Version".
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !decimal.test(a) || !decimal.test(b)) return undefined;
  // Compared as text, because a version is a 64-bit number and can be above what a JavaScript number holds exactly.
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether `a` is surely older than `b`. */
export function isOlder(a: string | undefined, b: string | undefined): boolean {
  const order = compareVersions(a, b);
  return order !== undefined && order < 0;
}

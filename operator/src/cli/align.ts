/** What became of the items of a list: each item of the new list with the old one that it comes from, if any. */
export interface Aligned<T> {
  readonly kept: readonly { readonly from: number | undefined; readonly item: T }[];
  readonly removed: readonly number[];
}

/**
 * Finds what an edit of a list did, changing as few items as possible. Equal items stay together in order (the longest
 * common subsequence); between them an item is the same one, changed, if its identity is the same.
 *
 * @param identity - What stays the same when an item changes, such as a name; undefined for items without one.
 */
export function align<T>(
  before: readonly T[],
  after: readonly T[],
  equal: (a: T, b: T) => boolean,
  identity: (item: T) => string | undefined,
): Aligned<T> {
  const kept: { from: number | undefined; item: T }[] = [];
  const removed: number[] = [];
  let old = 0;
  let now = 0;
  for (const [i, j] of [...commonItems(before, after, equal), [before.length, after.length] as const]) {
    const pairs = pairChanged(before.slice(old, i), after.slice(now, j), identity);
    const used = new Set(pairs.values());
    for (let k = old; k < i; k++) if (!used.has(k - old)) removed.push(k);
    after.slice(now, j).forEach((item, k) => {
      const from = pairs.get(k);
      kept.push({ from: from === undefined ? undefined : old + from, item });
    });
    const item = after[j];
    if (item !== undefined) kept.push({ from: i, item });
    old = i + 1;
    now = j + 1;
  }
  return { kept, removed };
}

/** Pairs of indices of a longest common subsequence, in order. */
export function commonItems<T>(
  a: readonly T[],
  b: readonly T[],
  equal: (a: T, b: T) => boolean,
): (readonly [number, number])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const same = (i: number, j: number): boolean => equal(a[i] as T, b[j] as T);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row !== undefined) row[j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (same(i, j)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** For items of `after` the index of the item of `before` that they are a change of, in order. */
function pairChanged<T>(
  before: readonly T[],
  after: readonly T[],
  identity: (item: T) => string | undefined,
): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  let next = 0;
  after.forEach((item, i) => {
    const id = identity(item);
    const found = before.findIndex((old, k) => k >= next && id !== undefined && identity(old) === id);
    if (found < 0) return;
    pairs.set(i, found);
    next = found + 1;
  });
  return pairs;
}

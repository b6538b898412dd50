/** A queue that serves groups in turn, so that one with ten thousand items does not make the others wait for them. */

export class FairQueue<Item> {
  /** In the order in which they are served; a group without items is not in it. */
  readonly #groups = new Map<string, Set<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends the item to its group; an item that waits there already keeps its place. */
  push(group: string, item: Item): void {
    const items = this.#groups.get(group) ?? new Set();
    if (items.has(item)) return;
    this.#groups.set(group, items.add(item));
    this.#size++;
  }

  /** Takes the first item of the group whose turn it is; undefined where the queue is empty. */
  shift(): Item | undefined {
    for (const [group, items] of this.#groups) {
      for (const item of items) {
        items.delete(item);
        this.#size--;
        // Putting the group back at the end gives the turn to the next one.
        this.#groups.delete(group);
        if (items.size > 0) this.#groups.set(group, items);
        return item;
      }
    }
    return undefined;
  }
}

/** About fifty pods a second, created one after the other or at once, as the API server keeps up. */
export class PodStream {
  created = 0;
  readonly #create: () => Promise<void>;
  readonly #failures: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  /** Starts at once. @param create makes one pod; rejects where it did not become what it should */
  constructor(create: () => Promise<void>) {
    this.#create = create;
    this.#timer = setInterval(() => this.#next(), 20);
  }

  /** Ends it, and gives the failures once the last pod is there. */
  async stop(): Promise<readonly string[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    return this.#failures;
  }

  /** A busy machine may be slower than the pods: no more than fifty wait. */
  #next(): void {
    if (this.#pending.size >= 50) return;
    const one = this.#create()
      .then(() => {
        this.created += 1;
      })
      .catch((error: Error) => {
        this.#failures.push(error.message);
      })
      .finally(() => this.#pending.delete(one));
    this.#pending.add(one);
  }
}

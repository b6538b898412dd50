/** Remembers what reads were answered, so that an old answer can be given again. */
export class Recordings {
  readonly #answers = new Map<string, Buffer[]>();

  add(url: URL, body: Buffer): void {
    const key = keyOf(url);
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), body]);
  }

  /** The n-th answer to the same question, counted from 1; undefined where there was none. */
  get(url: URL, nth: number): Buffer | undefined {
    return this.#answers.get(keyOf(url))?.[nth - 1];
  }
}

/** The version that a read asks for does not make it another question. */
function keyOf(url: URL): string {
  const query = new URLSearchParams(url.searchParams);
  query.delete('resourceVersion');
  return `${url.pathname}?${query}`;
}

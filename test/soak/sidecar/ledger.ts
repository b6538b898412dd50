/**
 * What the sidecar's page has to say. Keys are samples of it: name and values of labels, parted by blanks. Routes that are not
 * known beforehand are all `*`, since those without a row of their own come together.
 */
export class Ledger {
  readonly #counts = new Map<string, number>();

  add(key: string, count = 1): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** A request of HTTP that has been answered in full. Sizes are those of content, in bytes. */
  answered(
    port: 'http' | 'http2',
    method: string,
    route: string,
    status: number,
    { asked = 0, got = 0 }: { readonly asked?: number; readonly got?: number } = {},
  ): void {
    this.add(`http_server_request_duration_seconds_count ${port} ${method} ${route} ${status}`);
    this.add(`http_server_request_body_size_bytes_sum ${port}`, asked);
    this.add(`http_server_response_body_size_bytes_sum ${port}`, got);
  }

  /**
   * What differs between this and a page, one line each. Only names that stand here are looked at, and for the port `wild`
   * only what stands here: the rest of it is a matter of luck.
   */
  differences(page: ReadonlyMap<string, number>): string[] {
    const names = new Set([...this.#counts.keys()].map((key) => key.split(' ')[0]));
    const shown = new Map<string, number>();
    for (const [key, value] of page) {
      const [name, port] = key.split(' ');
      if (!names.has(name) || (port === 'wild' && !this.#counts.has(key))) continue;
      const known = this.#counts.has(key) ? key : withoutRoute(key);
      shown.set(known, (shown.get(known) ?? 0) + value);
    }
    const keys = new Set([...this.#counts.keys(), ...shown.keys()]);
    return [...keys].flatMap((key) => {
      const [due, is] = [this.#counts.get(key) ?? 0, shown.get(key) ?? 0];
      return due === is ? [] : [`${key}: ${is} on the page, and it should be ${due}`];
    });
  }

  /** How many requests and calls were answered. */
  get exchanges(): number {
    const counts = [...this.#counts].filter(([key]) => /_duration_seconds_count /.test(key));
    return counts.reduce((sum, [, count]) => sum + count, 0);
  }
}

function withoutRoute(key: string): string {
  const [name, port, method, , status] = key.split(' ');
  return status === undefined ? key : `${name} ${port} ${method} * ${status}`;
}

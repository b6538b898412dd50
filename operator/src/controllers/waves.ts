/** How many workloads take a change of the platform at the same time. */
const atOnce = 3;

/** Lets changes of the platform reach workloads a few at a time, each waiting for one before it to be done. */
export class Waves {
  readonly #rolling = new Set<string>();

  /** Whether a Microservice may roll now. It holds its place until `leave`. */
  enter(uid: string): boolean {
    if (this.#rolling.has(uid)) return true;
    if (this.#rolling.size >= atOnce) return false;
    this.#rolling.add(uid);
    return true;
  }

  /** It is done, or gone. */
  leave(uid: string): void {
    this.#rolling.delete(uid);
  }
}

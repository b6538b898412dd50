import type { World } from './world.ts';

/** One way to use a service, or to misuse it. */
export interface Client {
  readonly name: string;
  /** How often it comes, among the others. */
  readonly weight: number;
  /** Does it once, and enters in the ledger what the page has to say of it. Fails where it gets something else than it should. */
  readonly use: (world: World) => Promise<void>;
}

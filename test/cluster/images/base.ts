import type { Log } from '../log.ts';

/**
 * An image that others build on and that cannot be pulled where there is no registry: it is made here under the name that
 * it has in the world. With Docker the real one is pulled instead.
 */
export type BaseImage = {
  /** The full name, as the node's container runtime resolves a short one. */
  readonly name: string;
  /** What a Dockerfile may call it. */
  readonly aliases: readonly string[];
  /** The bases that its own Dockerfile names. */
  readonly needs: readonly BaseImage[];
  /** The hash of what it is made of, without its bases. */
  key(): string;
  /** Fills a folder with a Dockerfile and what that copies. */
  prepare(folder: string, log: Log): Promise<void>;
};

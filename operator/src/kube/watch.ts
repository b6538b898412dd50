/** Reads the events of a watch from the bytes of its stream. */
import { type Status, TransportError } from './errors.ts';
import { LineSplitter } from './lines.ts';
import type { KubeObject } from './wire.ts';

/** One event of a watch, as the server sends it. A bookmark's object has only a resource version. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: Status };

/** Far above the largest object that etcd takes (some 1.5 MB, 8 MB where it was configured so). */
const longestEvent = 32 * 1024 * 1024;

/**
 * Yields the events of one stream and ends with it. Throws TransportError where the stream breaks or carries something
 * else than events, and the signal's reason where that ended it. `context` begins the errors' messages.
 */
export async function* readEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
  context: string,
  signal?: AbortSignal,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const lines = new LineSplitter(longestEvent);
  try {
    for await (const chunk of body) {
      for (const line of lines.push(chunk)) yield JSON.parse(line) as WatchEvent<T>;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof SyntaxError || error instanceof RangeError ? 'PROTOCOL' : 'NETWORK';
    throw new TransportError(code, `Watch of ${context}: ${(error as Error).message}`, error);
  }
  if (lines.unfinished) throw new TransportError('PROTOCOL', `Watch of ${context}: it ended within an event`);
}

import { setTimeout as sleep } from 'node:timers/promises';

/** One object as etcd has it: the API server reads JSON there as well as its own binary form. */
export interface Entry {
  readonly key: string;
  readonly value: object;
}

/** etcd takes 128 operations in a transaction and 1.5 MB in a request (its defaults). */
const mostEntries = 100;
const mostBytes = 1_000_000;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * Writes to the database of a test cluster past its API server, by etcd's JSON gateway. Each object costs microseconds
 * instead of milliseconds, so a cluster of any size is there within a minute.
 */
export class Etcd {
  readonly #url: string;

  /** @param url where it answers clients; it has no TLS in test clusters */
  constructor(url = 'http://127.0.0.1:2379') {
    this.#url = url;
  }

  /** Puts objects, at most so many per second: whoever watches them needs time for each. */
  async put(entries: Iterable<Entry>, perSecond = 5_000): Promise<number> {
    let [batch, bytes, written]: [object[], number, number] = [[], 0, 0];
    const start = performance.now();
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await this.#call('/v3/kv/txn', { success: batch });
      written += batch.length;
      [batch, bytes] = [[], 0];
      await sleep(Math.max(0, start + (written / perSecond) * 1000 - performance.now()));
    };
    for (const { key, value } of entries) {
      const text = JSON.stringify(value);
      if (batch.length === mostEntries || bytes + text.length > mostBytes) await flush();
      batch.push({ requestPut: { key: base64(key), value: base64(text) } });
      bytes += text.length;
    }
    await flush();
    return written;
  }

  /** The number of the last write of anybody. */
  async revision(): Promise<string> {
    const { header } = await this.#call('/v3/kv/range', { key: base64('none') });
    return header.revision;
  }

  /** The keys that were written after a revision and are still there. */
  async writtenSince(revision: string): Promise<string[]> {
    const query = {
      key: base64('/registry/'),
      range_end: base64('/registry0'),
      min_mod_revision: String(Number(revision) + 1),
      keys_only: true,
    };
    const { kvs = [] } = await this.#call('/v3/kv/range', query);
    return kvs.map(({ key }) => Buffer.from(key, 'base64').toString());
  }

  async #call(path: string, body: object): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

interface Answer {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly { readonly key: string }[];
}

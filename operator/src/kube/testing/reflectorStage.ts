import { expect, vi } from 'vitest';
import { FaultProxy } from '../../../../test/faults/faultProxy.ts';
import { type ConfigMap, configMaps, namespaces } from '../builtin.ts';
import { Client } from '../client.ts';
import { Reflector, type ReflectorOptions } from '../reflector.ts';
import { Store } from '../store.ts';
import type { KubeObject } from '../wire.ts';
import { createNamespace, testClient, testConfig } from './apiServer.ts';

/** Which objects the reflectors of these tests follow. */
export const selected = { type: configMaps, labelSelector: 'test=reflector' };

/** How long the tests wait for what must come, in milliseconds. */
export const waiting = { timeout: 8000, interval: 20 };

/** Reflectors behind a proxy that makes faults, and a way around it. */
export class ReflectorStage {
  readonly direct: Client = testClient();
  namespace = '';
  stop = new AbortController();
  #proxy: FaultProxy | undefined;
  #proxied: Client | undefined;
  readonly #runs: Promise<void>[] = [];

  /** Before all tests. */
  async open(): Promise<void> {
    this.#proxy = await FaultProxy.start(testConfig());
    this.#proxied = new Client(this.#proxy.config());
  }

  /** Before each test. */
  async begin(): Promise<void> {
    this.namespace = await createNamespace(this.direct, 'reflector');
    this.stop = new AbortController();
  }

  /** After each test. */
  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.#runs.splice(0));
    this.proxy.faults.answer = undefined;
    this.proxy.faults.rewrite = undefined;
    this.proxy.thaw();
    await this.direct.delete(namespaces, { name: this.namespace });
  }

  /** After all tests. */
  async close(): Promise<void> {
    await this.#proxied?.close();
    await this.#proxy?.stop();
    await this.direct.close();
  }

  get proxy(): FaultProxy {
    if (this.#proxy === undefined) throw new Error('the stage is not open');
    return this.#proxy;
  }

  /** A running reflector behind the proxy, with what it reported. */
  reflect<T extends KubeObject>(options: Pick<ReflectorOptions<T>, 'type'> & Partial<ReflectorOptions<T>>) {
    const store = new Store<T>();
    const restarts: string[] = [];
    const repairs: number[] = [];
    const hooks = {
      restarted: (_: unknown, reason: string) => restarts.push(reason),
      repaired: (_: unknown, changes: number) => repairs.push(changes),
    };
    const client = this.#proxied ?? this.direct;
    const reflector = new Reflector<T>({ client, namespace: this.namespace, store, hooks, ...options });
    this.#runs.push(reflector.run(this.stop.signal));
    return { store, restarts, repairs, reflector };
  }

  /** Writes a ConfigMap past the proxy. */
  put(name: string, value: string): Promise<ConfigMap> {
    const { namespace } = this;
    const object = { metadata: { namespace, name, labels: { test: 'reflector' } }, data: { value } };
    return this.direct.apply(configMaps, object, { fieldManager: 'test' });
  }

  /** Waits until the watch is open at the proxy, so that a fault hits it. */
  async watching(count = 1): Promise<void> {
    const open = (): number =>
      this.proxy.requests.filter((url) => url.includes(this.namespace) && url.includes('watch=true')).length;
    await vi.waitFor(() => expect(open()).toBeGreaterThanOrEqual(count), waiting);
  }
}

/** What a store holds, as name=value. */
export function held(store: Store<ConfigMap>): string[] {
  return store
    .list()
    .map((object) => `${object.metadata.name}=${object.data?.value}`)
    .sort();
}

/** Waits until a store holds just that. */
export async function holds(store: Store<ConfigMap>, ...expected: string[]): Promise<void> {
  await vi.waitFor(() => expect(held(store)).toEqual(expected), waiting);
}

import { isDeepStrictEqual } from 'node:util';
import jsonPatch from 'fast-json-patch';
import { expect } from 'vitest';
import { apiVersion } from '../../operator/src/api/meta.ts';
import { injectedAnnotation } from '../../operator/src/api/names.ts';
import type { SchemaChecker } from '../../operator/src/api/schema.ts';
import { microservices } from '../../operator/src/controllers/types.ts';
import { configMaps, controllerRevisions, pods, secrets } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { Connection } from '../../operator/src/kube/connection.ts';
import { isApiError } from '../../operator/src/kube/errors.ts';
import { eventually } from '../support/eventually.ts';
import { declare } from './declare.ts';
import type { Json } from './schemaPlaces.ts';
import { normalised, type State, stateOf } from './state.ts';
import { markedPod, neighbour, newWorld, pulse, subject } from './world.ts';

/** What became of the specs of one sequence. */
export interface Tally {
  refused: number;
  contradictory: number;
  ready: number;
  /** The reasons of the condition Ready. */
  readonly reasons: string[];
  /** How long the status of another Microservice took to follow, in seconds. */
  readonly pulses: number[];
}

export interface SequenceParts {
  readonly client: Client;
  readonly connection: Connection;
  readonly checker: SchemaChecker;
}

/** A last good declaration, and what it came to. */
interface Good {
  readonly spec: Json | undefined;
  readonly state: State;
}

/** How long a state may take, in milliseconds: generous, on a machine that is busy. */
const patienceMs = 30_000;

/** Takes one Microservice through a sequence of specs, and compares each state with that of a fresh one. */
export class Sequence {
  readonly #parts: SequenceParts;
  readonly #namespace: string;
  /** The same world, in which the Microservice is always new. */
  readonly #fresh: string;
  readonly tally: Tally = { refused: 0, contradictory: 0, ready: 0, reasons: [], pulses: [] };
  #good: Good | undefined;
  #beats = 0;

  private constructor(parts: SequenceParts, namespace: string, fresh: string) {
    this.#parts = parts;
    this.#namespace = namespace;
    this.#fresh = fresh;
  }

  /** Makes two worlds and waits until the neighbours in them are at rest. */
  static async begin(parts: SequenceParts): Promise<Sequence> {
    const [namespace, fresh] = await Promise.all([newWorld(), newWorld()]);
    for (const each of [namespace, fresh]) {
      for (const name of [neighbour, pulse]) {
        await eventually(async () => {
          expect(await stateOf(parts.client, each, name)).toMatchObject({ current: true, ready: { status: 'True' } });
        });
      }
    }
    return new Sequence(parts, namespace, fresh);
  }

  /** The namespaces that it made. */
  get namespaces(): readonly string[] {
    return [this.#namespace, this.#fresh];
  }

  /** Declares the specs one after the other. Throws what is wrong, with the spec in whose wake it showed. */
  async run(specs: readonly (Json | undefined)[]): Promise<void> {
    const before = await this.#untouched();
    for (const [i, spec] of specs.entries()) {
      try {
        await this.#step(spec);
        expect(await this.#untouched(), 'the neighbour was touched').toEqual(before);
        await this.#beat();
      } catch (error) {
        const earlier = JSON.stringify(this.#good?.spec);
        const { message, actual } = error as Error & { readonly actual?: unknown };
        throw new Error(
          `step ${i}, spec ${JSON.stringify(spec)}, after ${earlier}: ${message} ${JSON.stringify(actual)}`,
        );
      }
    }
  }

  async #step(spec: Json | undefined): Promise<void> {
    const { client, connection, checker } = this.#parts;
    const before = await this.#present();
    const answer = await declare(connection, this.#namespace, subject, spec);
    const metadata = { name: subject, namespace: this.#namespace };
    const offline = checker.check('Microservice', { apiVersion, kind: 'Microservice', metadata, ...declared(spec) });
    expect(offline.valid, `offline: ${JSON.stringify(offline)}; the server: ${answer.message}`).toBe(answer.accepted);
    if (!answer.accepted) {
      this.tally.refused++;
      // A message that leads to the field, or to the part of the document that cannot be read.
      expect(answer.message).toMatch(/spec|json|metadata/i);
      expect(await this.#present(), 'a refused spec changed something').toEqual(before);
      return;
    }
    const state = await eventually(async () => {
      const read = await stateOf(client, this.#namespace, subject);
      expect(read.current, 'the status does not follow').toBe(true);
      return read;
    });
    this.#count(state);
    if (isContradiction(state)) await this.#contradicted(spec, before, state);
    else await this.#settled(spec);
  }

  /** Nothing that runs was changed, the message names a field, and the way back changes nothing either. */
  async #contradicted(spec: Json | undefined, before: State | undefined, state: State): Promise<void> {
    const { client, connection } = this.#parts;
    expect(state.ready.message, 'the message names no field').toMatch(/^(spec|metadata)[.[]?\S*: /);
    expect(state.versions, 'a contradiction changed something').toEqual(before?.versions ?? {});
    if (before !== undefined) expect(state.workloads, 'a contradiction rolled something').toEqual(before.workloads);
    const other = await this.#afresh(spec);
    await eventually(async () => {
      const here = await stateOf(client, this.#namespace, subject);
      expect(here.ready.reason).toEqual((await stateOf(client, other, subject)).ready.reason);
    });
    if (this.#good === undefined) return;
    await declare(connection, this.#namespace, subject, this.#good.spec);
    const { state: good } = this.#good;
    await eventually(async () => {
      const back = await stateOf(client, this.#namespace, subject);
      const { status, versions, workloads } = good;
      expect(back).toEqual(expect.objectContaining({ current: true, status, versions, workloads }));
    });
  }

  /** The state is that of a fresh Microservice, and workloads were rolled only where their marks changed. */
  async #settled(spec: Json | undefined): Promise<void> {
    const { client } = this.#parts;
    const manual =
      (spec as { readonly rollout?: { readonly restart?: string } } | undefined)?.rollout?.restart === 'manual';
    const fresh = await this.#afresh(spec);
    const state = await eventually(async () => {
      const here = await stateOf(client, this.#namespace, subject);
      const there = await stateOf(client, fresh, subject);
      // With manual restarts the workload keeps what it had.
      const visible = ({ children, status, workloads }: State, namespace: string) =>
        manual ? { children } : { children, status, marks: normalised(marksIn(workloads), namespace) };
      expect(
        jsonPatch.compare(visible(there, fresh), visible(here, this.#namespace)),
        'what is not as it would be afresh',
      ).toEqual([]);
      return here;
    }, patienceMs);
    this.#checkRolls(state);
    await this.#admits(state);
    this.#good = { spec, state };
  }

  /** A pod of the Plan in use is one that the API server takes, with the sidecars in it. */
  async #admits({ revision }: State): Promise<void> {
    const pod = markedPod(this.#namespace, revision);
    const { metadata } = await this.#parts.client.create(pods, pod as never, { dryRun: true });
    expect(metadata.annotations, 'a pod was admitted bare').toHaveProperty([injectedAnnotation]);
  }

  #checkRolls(state: State): void {
    const before = this.#good?.state;
    for (const [name, { marks, generation }] of Object.entries(state.workloads)) {
      const earlier = before?.workloads[name];
      if (earlier === undefined) continue;
      const changes = isDeepStrictEqual(marks, earlier.marks) ? 0 : 1;
      expect(generation - earlier.generation, `changes of ${name}`).toBe(changes);
    }
  }

  /** Declares a spec to a Microservice that has just been created, in the other world. Returns its namespace. */
  async #afresh(spec: Json | undefined): Promise<string> {
    const { client, connection } = this.#parts;
    const namespace = this.#fresh;
    try {
      await client.delete(microservices, { namespace, name: subject });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND')) throw error;
    }
    // The garbage collector takes the children, the controller the marks.
    await eventually(async () => {
      const labelSelector = `standpipe.dev/owner=${subject}`;
      for (const type of [configMaps, secrets, controllerRevisions]) {
        expect((await client.list(type as typeof configMaps, { namespace, labelSelector })).items).toEqual([]);
      }
      const { workloads } = await stateOf(client, namespace, neighbour);
      const marked = Object.values(workloads).map(
        ({ marks }) => (marks as { microservice?: string } | null)?.microservice,
      );
      expect(marked).not.toContain(subject);
    });
    const answer = await declare(connection, namespace, subject, spec);
    expect(answer).toMatchObject({ accepted: true });
    await eventually(async () => {
      expect(await stateOf(client, namespace, subject)).toMatchObject({ current: true });
    });
    return namespace;
  }

  async #present(): Promise<State | undefined> {
    const { client } = this.#parts;
    const found = await client.find(microservices, { namespace: this.#namespace, name: subject });
    return found === undefined ? undefined : stateOf(client, this.#namespace, subject);
  }

  /** The versions of everything that is the neighbour's. */
  async #untouched(): Promise<unknown> {
    const { client } = this.#parts;
    const { metadata } = await client.get(microservices, { namespace: this.#namespace, name: neighbour });
    const { versions } = await stateOf(client, this.#namespace, neighbour);
    return [metadata.resourceVersion, versions];
  }

  /** Changes another Microservice and sees how soon its status follows. */
  async #beat(): Promise<void> {
    const { client, connection } = this.#parts;
    const start = performance.now();
    await declare(connection, this.#namespace, pulse, { metrics: { maxSeries: 1000 + ++this.#beats } });
    await eventually(async () => {
      expect(await stateOf(client, this.#namespace, pulse)).toMatchObject({ current: true, ready: { status: 'True' } });
    });
    this.tally.pulses.push((performance.now() - start) / 1000);
  }

  #count({ ready }: State): void {
    this.tally.reasons.push(ready.reason);
    if (ready.status === 'True') this.tally.ready++;
    else this.tally.contradictory++;
  }
}

/** What is left to somebody else's hand, or waits, is no contradiction: everything was written. */
const written: readonly string[] = ['Ready', 'RestartManual', 'RollingOut'];

function isContradiction({ ready }: State): boolean {
  return ready.status !== 'True' && !written.includes(ready.reason);
}

function declared(spec: Json | undefined): object {
  return spec === undefined ? {} : { spec };
}

function marksIn(workloads: State['workloads']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(workloads).map(([name, { marks }]) => [name, marks]));
}

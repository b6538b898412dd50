import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadPathChoice } from '../../conformance/processes.ts';
import { Dice } from '../dice.ts';
import type { Client } from './client.ts';
import { http1Clients } from './http1.ts';
import { http2Clients } from './http2.ts';
import { Ledger } from './ledger.ts';
import { opaqueClients } from './opaque.ts';
import type { AppPlaces } from './ports.ts';
import { type Rest, rest } from './rest.ts';
import { Sampler } from './sampler.ts';
import { scrapers } from './scrapers.ts';
import { SidecarProcess, type Source } from './sidecarProcess.ts';
import { wildClients } from './wild.ts';
import { World } from './world.ts';

export interface SidecarSoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** How many do something at the same time. */
  readonly clients: number;
  readonly readPath: ReadPathChoice;
  readonly source: Source;
  /** Takes the sidecar's log and samples.csv. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** What a run came to. */
export interface SidecarOutcome {
  readonly minutes: number;
  /** How often each client did what it does. */
  readonly uses: ReadonlyMap<string, number>;
  /** Requests and calls whose answers have come in full. */
  readonly exchanges: number;
  readonly sampler: Sampler;
  /** After the warm-up, and after each third. */
  readonly rests: readonly Rest[];
  /** What must not have happened; memory is judged by the report. */
  readonly breaches: readonly string[];
}

const clients: readonly Client[] = [...http1Clients, ...http2Clients, ...opaqueClients, ...wildClients, ...scrapers];

/** How long one client may take for what it does, in milliseconds. */
const patienceMs = 120_000;
/** How often the configuration changes, in milliseconds. */
const configureMs = 7000;
const thirds = 3;

/** Lets clients loose on a sidecar, and looks at it at rest after each third of the time. */
export async function soakSidecar(options: SidecarSoakOptions): Promise<SidecarOutcome> {
  const { minutes, seed, readPath, source, folder, say } = options;
  const app = fork(join(import.meta.dirname, 'app.ts'), { execArgv: [] });
  const [places] = (await once(app, 'message')) as [AppPlaces];
  const sidecar = await SidecarProcess.start({ app: places, source, readPath, folder });
  const { taps, pagePort } = sidecar;
  const world = new World({ dice: new Dice(seed), ledger: new Ledger(), taps, pagePort });
  const run = new Run(world, sidecar, say);
  const sampler = new Sampler(sidecar, join(folder, 'samples.csv'));
  const stop = new AbortController();
  const background = [sampler.run(stop.signal), reconfigure(sidecar, stop.signal)];
  try {
    for (const client of clients) await run.use(client);
    world.warmingUp = false;
    // Code is compiled and caches fill in the first minute.
    await run.loose(options.clients, Math.min(60_000, minutes * 6000));
    await run.pause('the warm-up');
    for (let third = 1; third <= thirds; third += 1) {
      await run.loose(options.clients, (minutes * 60_000) / thirds);
      await run.pause(`third ${third}`);
    }
  } finally {
    stop.abort();
    await Promise.all(background).catch((error: Error) =>
      run.breaches.push(`the sidecar cannot be looked into: ${error.message}`),
    );
    await sidecar.stop();
    app.disconnect();
  }
  const { uses, rests, breaches } = run;
  return { minutes, uses, exchanges: world.ledger.exchanges, sampler, rests, breaches };
}

/** Clients at work, and what is seen of them. */
class Run {
  readonly uses = new Map<string, number>();
  readonly rests: Rest[] = [];
  readonly breaches: string[] = [];
  readonly #world: World;
  readonly #sidecar: SidecarProcess;
  readonly #say: (line: string) => void;

  constructor(world: World, sidecar: SidecarProcess, say: (line: string) => void) {
    this.#world = world;
    this.#sidecar = sidecar;
    this.#say = say;
  }

  /** Lets so many clients do what chance says, for so many milliseconds and until they have finished. */
  async loose(count: number, forMs: number): Promise<void> {
    const end = Date.now() + forMs;
    const { dice } = this.#world;
    const one = async (): Promise<void> => {
      while (Date.now() < end && !this.#sidecar.hasEnded) {
        await this.use(dice.weighed(clients));
        await sleep(dice.below(100));
      }
    };
    await Promise.all(Array.from({ length: count }, one));
  }

  async use(client: Client): Promise<void> {
    const { name } = client;
    this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    const late = AbortSignal.timeout(patienceMs);
    const { promise, reject } = Promise.withResolvers<never>();
    late.addEventListener('abort', () => reject(new Error(`it has not finished within ${patienceMs / 1000} s`)));
    await Promise.race([client.use(this.#world), promise]).catch(({ message }: Error) =>
      this.#note(`${name}: ${message}`),
    );
  }

  /** Waits until nobody is left, and holds the page against the ledger. */
  async pause(after: string): Promise<void> {
    if (this.#sidecar.hasEnded) {
      this.#note('the sidecar has ended by itself');
      return;
    }
    const { at, page, left } = await rest(this.#sidecar);
    this.rests.push(at);
    for (const what of [...left, ...this.#world.ledger.differences(page), ...faults(page)])
      this.#note(`after ${after}: ${what}`);
    const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
    this.#say(
      `at rest after ${after}: heap ${mb(at.heap)} MB, external ${mb(at.external)} MB, anonymous ${mb(at.anonymous)} MB, ${at.files} files, ${this.#world.ledger.exchanges} exchanges, ${this.breaches.length} breaches`,
    );
  }

  #note(breach: string): void {
    if (this.breaches.length >= 1000) return;
    this.breaches.push(`${new Date().toISOString()} ${breach}`);
    this.#say(`breach: ${breach}`);
  }
}

/** What the page tells of faults of the sidecar's own. */
function faults(page: ReadonlyMap<string, number>): string[] {
  const bad =
    /^standpipe_metrics_(uncaught_errors|config_failures)_total|^standpipe_tap_opaque_connections_total \w+ parser-error/;
  return [...page].filter(([key, value]) => bad.test(key) && value > 0).map(([key, value]) => `${key} is ${value}`);
}

async function reconfigure(sidecar: SidecarProcess, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    sidecar.configure();
    await sleep(configureMs, undefined, { signal }).catch(() => undefined);
  }
}

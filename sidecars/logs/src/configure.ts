import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunkDir, logGlobs, renderFluentBit } from '../../../operator/src/config/fluentBit.ts';
import type { LogGlob } from '../../../operator/src/config/logFiles.ts';
import { type LogsConfig, parseLogsConfig } from '../../../operator/src/config/logs.ts';
import type { Logger } from '../../common/src/log.ts';
import { dryRun, probeStart, type Verdict } from './check.ts';
import type { Keeper } from './keeper.ts';
import type { Settings } from './settings.ts';

/** A configuration that was offered and not taken. */
export interface Refusal {
  readonly generation: string;
  readonly step: 'dry run' | 'probe start' | 'writing';
  readonly reason: string;
}

/**
 * Takes up configurations: each is rendered, checked by Fluent Bit itself, and only then used by a new process in place of
 * the old. One that is refused leaves the old one running. The last that was taken is kept on the state volume, so that a
 * container that starts again under a broken configuration goes on as before.
 *
 *     offer → render → dry run → probe start → old process killed, new one started
 */
export class Configurer {
  readonly #settings: Settings;
  readonly #keeper: Keeper;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #inUse: LogsConfig | undefined;
  #offered: LogsConfig | undefined;
  #working: Promise<void> | undefined;
  #refusal: Refusal | undefined;
  #refusals = 0;

  constructor(settings: Settings, keeper: Keeper, log: Logger) {
    this.#settings = settings;
    this.#keeper = keeper;
    this.#log = log;
  }

  /** The configuration that Fluent Bit was started with. */
  get inUse(): LogsConfig | undefined {
    return this.#inUse;
  }

  /** What was offered last and refused; undefined once a later one was taken. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  get refusals(): number {
    return this.#refusals;
  }

  /** The files that are read, as globs; none before a configuration was taken. */
  get globs(): readonly LogGlob[] {
    return this.#inUse === undefined ? [] : logGlobs(this.#inUse, this.#settings);
  }

  /** Goes on with the configuration that an earlier run of this container had taken, if there is one. */
  async resume(): Promise<void> {
    const parsed = parseLogsConfig(readIfThere(this.#acceptedFile));
    if ('config' in parsed && this.#write(parsed.config)) await this.#take(parsed.config);
  }

  /** Offers a configuration. Of several that come while one is being checked only the last is looked at. */
  offer(config: LogsConfig): void {
    if (this.#stop.signal.aborted) return;
    this.#offered = config;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Ends a check that is under way. Without a configuration in use, the offered one is taken unchecked: time is short. */
  async stop(): Promise<void> {
    const waiting = this.#offered;
    this.#stop.abort();
    await this.#working;
    if (this.#inUse === undefined && waiting !== undefined && this.#write(waiting)) await this.#take(waiting);
  }

  async #work(): Promise<void> {
    for (let config = this.#offered; config !== undefined && !this.#stop.signal.aborted; ) {
      await this.#try(config);
      if (this.#offered === config) this.#offered = undefined;
      config = this.#offered;
    }
  }

  async #try(config: LogsConfig): Promise<void> {
    if (isSame(config, this.#inUse) || !this.#write(config)) return;
    const verdict = await this.#check(config);
    if (this.#stop.signal.aborted) return;
    if (verdict.result === 'refused') {
      this.#refuse({ generation: config.generation, step: verdict.step, reason: verdict.reason });
      return;
    }
    if (verdict.result === 'unavailable') {
      this.#log.warn('a configuration is used unchecked', { generation: config.generation, reason: verdict.reason });
    }
    await this.#take(config);
  }

  async #check(config: LogsConfig): Promise<Verdict> {
    const { fluentBit: program, stateDir } = this.#settings;
    const options = { program, config, configFile: this.#nextFile, stateDir, signal: this.#stop.signal };
    const verdict = await dryRun(options);
    // The very first start is its own probe: nothing runs yet that it could harm.
    return verdict.result === 'accepted' && this.#inUse !== undefined ? await probeStart(options) : verdict;
  }

  #write(config: LogsConfig): boolean {
    const { stateDir, podLogDir, fluentBitPort } = this.#settings;
    try {
      mkdirSync(stateDir, { recursive: true });
      writeFileSync(this.#nextFile, renderFluentBit(config, { stateDir, podLogDir, httpPort: fluentBitPort }));
      return true;
    } catch (error) {
      this.#refuse({ generation: config.generation, step: 'writing', reason: (error as Error).message });
      return false;
    }
  }

  async #take(config: LogsConfig): Promise<void> {
    const { fluentBit: program, stateDir } = this.#settings;
    const configFile = join(stateDir, 'fluent-bit.yaml');
    renameSync(this.#nextFile, configFile);
    writeFileSync(`${this.#acceptedFile}.next`, JSON.stringify(config));
    renameSync(`${this.#acceptedFile}.next`, this.#acceptedFile);
    await this.#keeper.use({ program, configFile, chunkDir: chunkDir(stateDir) });
    this.#inUse = config;
    this.#refusal = undefined;
    this.#log.info('a configuration is in use', { generation: config.generation });
  }

  #refuse(refusal: Refusal): void {
    this.#refusal = refusal;
    this.#refusals += 1;
    this.#log.error('a configuration is refused; the last good one stays in use', { ...refusal });
  }

  get #nextFile(): string {
    return join(this.#settings.stateDir, 'fluent-bit.next.yaml');
  }

  get #acceptedFile(): string {
    return join(this.#settings.stateDir, 'accepted.json');
  }
}

function isSame(a: LogsConfig, b: LogsConfig | undefined): boolean {
  return b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No earlier run took one.
    return '';
  }
}

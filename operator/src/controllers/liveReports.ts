import { get } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { metricsPort } from '../api/names.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Clock } from '../kube/clock.ts';
import { readStatusReport, type StatusReport } from './statusReport.ts';

/** The reports that came, by the name of the pod. Who is not there was not heard yet, not reached, or says something else. */
export type Reports = ReadonlyMap<string, StatusReport>;

/** How long a pod may take to answer, in milliseconds, and how much it may say, in bytes. */
const limits = { deadlineMs: 2_000, bytes: 65_536 };
/** So many pods are asked at the same time. */
const mostAtOnce = 64;
/** How old an answer may be before a pod is asked again, and before it is forgotten, in milliseconds. */
const age = { again: 4_000, forgotten: 60_000 };

interface Answer {
  readonly report: StatusReport | null;
  /** When it came, in monotonic milliseconds. */
  readonly at: number;
}

/**
 * Asks the metrics sidecars of pods what they work with. Nobody is asked but those that something is waited for from, and
 * nobody waits for an answer: the next look has it.
 */
export class LiveReports {
  readonly #clock: Clock;
  readonly #port: number;
  /** By UID of the pod, the oldest first. */
  readonly #answers = new Map<string, Answer>();
  readonly #asking = new Set<string>();

  /** @param port where sidecars answer */
  constructor(clock: Clock, port: number = metricsPort) {
    this.#clock = clock;
    this.#port = port;
  }

  /** What these pods answered last. Who has not been asked for a while is asked now. */
  look(pods: readonly Pod[]): Reports {
    const known = pods.flatMap((pod) => {
      const { name, uid = '' } = pod.metadata;
      const answer = this.#answers.get(uid);
      const isDue = answer === undefined || this.#clock.now() - answer.at >= age.again;
      if (isDue && !this.#asking.has(uid) && this.#asking.size < mostAtOnce) void this.#ask(pod, uid);
      const report = answer?.report ?? null;
      return report === null ? [] : [[name, report] as const];
    });
    return new Map(known);
  }

  async #ask({ metadata, status }: Pod, uid: string): Promise<void> {
    const host = status?.podIP ?? '';
    if (!isPodAddress(host)) return;
    this.#asking.add(uid);
    const body = await fetchStatus(host, this.#port);
    this.#asking.delete(uid);
    const at = this.#clock.now();
    this.#answers.delete(uid);
    this.#answers.set(uid, { report: body === undefined ? null : readStatusReport(body, metadata), at });
    for (const [oldest, answer] of this.#answers) {
      if (at - answer.at < age.forgotten) break;
      this.#answers.delete(oldest);
    }
  }
}

const nowhere = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  nowhere.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  nowhere.addSubnet(network, prefix, 'ipv6');
}

/**
 * Whether a pod can have this address. Who may write a pod's status must not be able to send the controller to itself,
 * or to what a cloud offers to its machines at a link-local address.
 */
export function isPodAddress(host: string): boolean {
  const version = isIP(host);
  return version !== 0 && !nowhere.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Gets `/status` from a host that is not trusted: within two seconds, no more than 64 KiB, and without following
 * anything. Undefined where no such answer came.
 */
export function fetchStatus(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  // Whatever goes wrong, the pod was not heard.
  const fail = (): void => resolve(undefined);
  const signal = AbortSignal.timeout(limits.deadlineMs);
  const request = get({ host, port, path: '/status', agent: false, maxHeaderSize: 8_192, signal }, (response) => {
    if (response.statusCode !== 200) {
      fail();
      request.destroy();
      return;
    }
    let size = 0;
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= limits.bytes) return;
      fail();
      request.destroy();
    });
    response.on('end', () => resolve(Buffer.concat(parts).toString()));
    response.on('error', fail);
  });
  request.on('error', fail);
  return promise;
}

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { controllerLease } from '../api/names.ts';
import { aborted } from '../kube/clock.ts';
import { Elector } from '../kube/elector.ts';
import type { Log } from '../kube/log.ts';
import { exitCodes } from './exitCode.ts';
import { connect } from './process.ts';

/** How long work may go on after the process was told to end, in milliseconds. What is under way then is broken off. */
const graceMs = 3_000;

/** Half of what a leader has to renew its lease: a call that hangs leaves time for another one. */
const deadlineMs = 5_000;

/** The processes of a Deployment that may all lead, of which one does. */
export interface Election {
  readonly elector: Elector;
  /** Names this process, unlike any other: its pod, and a random part for each start. */
  readonly holder: string;
  /**
   * Runs the work while this process leads, until the signal aborts. The lead is given up only when nothing can be
   * written any more: when the work has ended, or the connections that it wrote by are closed.
   */
  readonly whileLeading: (work: Work, signal: AbortSignal) => Promise<void>;
}

/** What only the leader does. */
export interface Work {
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** Closes the connections, whatever they carry. */
  readonly close: () => Promise<void>;
}

/**
 * Prepares to stand for election. A process that loses the lead ends at once.
 * @param namespace where the Lease is
 */
export function prepareElection(namespace: string, log: Log, leads: (leads: boolean) => void): Election {
  const holder = `${hostname()}_${randomBytes(4).toString('hex')}`;
  const client = connect(`election/${holder}`, { deadlineMs });
  const lost = (why: string): void => {
    log.error({ why, holder, lease: `${namespace}/${controllerLease}` }, 'The lead is lost: this process ends at once');
    process.exit(exitCodes.leadLost);
  };
  const lease = { namespace, name: controllerLease };
  const elector = new Elector({ client, lease, holder, lost, leads, log, clock: client.clock });
  const whileLeading = async (work: Work, signal: AbortSignal): Promise<void> => {
    const end = new AbortController();
    const electing = elector.run(end.signal);
    try {
      await Promise.race([elector.elected, aborted(signal)]);
      if (!signal.aborted) await untilEnded(work.run(signal), signal);
    } finally {
      await work.close();
      end.abort();
      await electing;
      await client.close();
    }
  };
  return { elector, holder, whileLeading };
}

/** Resolves when the work has ended, or some seconds after it should have. */
async function untilEnded(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const late = aborted(signal).then(() => new Promise((resolve) => setTimeout(resolve, graceMs).unref()));
  // What is broken off may fail later, when nobody listens any more.
  work.catch(() => undefined);
  await Promise.race([work, late]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './plan.ts';

/** What a stream does next: send text, break off by a reset, end, or say nothing any more. */
export type Step = { readonly send: string } | { readonly end: 'reset' | 'close' | 'silence' };

interface Event {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly uid?: string } };
}

/** Does to the events of one watch what a fault says, once as many have passed as it lets through. */
export class WatchFault {
  readonly #fault: Fault;
  readonly #first = new Map<string, string>();
  #passed = 0;
  #heldUntil: number | undefined;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  /** What to do before the first event; a fault that lets none pass strikes at once. */
  opening(): Step[] {
    return this.#due() ? this.#break('') : [];
  }

  /** What to do with the next event of the server's. @param line without its newline */
  async next(line: string): Promise<Step[]> {
    const event = JSON.parse(line) as Event;
    if (event.type === 'BOOKMARK') return [{ send: `${line}\n` }];
    const uid = event.object.metadata?.uid ?? '';
    if (!this.#first.has(uid)) this.#first.set(uid, line);
    const due = this.#due();
    this.#passed++;
    if (!due) return [{ send: `${line}\n` }, ...(this.#due() ? this.#break('') : [])];
    return this.#strike(line, this.#first.get(uid) ?? line);
  }

  #due(): boolean {
    return this.#passed >= (this.#fault.after ?? 0);
  }

  /** The faults that need no event to strike. */
  #break(line: string): Step[] {
    const fault = this.#fault;
    switch (fault.do) {
      case 'reset':
        return [{ end: 'reset' }];
      case 'silence':
        return [{ end: 'silence' }];
      case 'close':
        return [{ end: 'close' }];
      case 'error':
        return [{ send: `${errorEvent(fault.status)}\n` }, { end: 'close' }];
      case 'truncate':
        return line === '' ? [] : [{ send: line.slice(0, line.length / 2) }, { end: 'close' }];
      default:
        return [];
    }
  }

  async #strike(line: string, first: string): Promise<Step[]> {
    const fault = this.#fault;
    const whole = `${line}\n`;
    switch (fault.do) {
      case 'hold':
        this.#heldUntil ??= performance.now() + fault.seconds * 1000;
        await sleep(Math.max(0, this.#heldUntil - performance.now()));
        return [{ send: whole }];
      case 'drop':
        return this.#within(fault.events) ? [] : [{ send: whole }];
      case 'duplicate':
        return [{ send: whole }, ...(this.#within(fault.events) ? [{ send: whole }] : [])];
      case 'rewind':
        return [{ send: whole }, ...(this.#within(fault.events) ? [{ send: `${first}\n` }] : [])];
      default: {
        const steps = this.#break(line);
        return steps.length > 0 ? steps : [{ send: whole }];
      }
    }
  }

  /** Whether the event that was just counted is one of the first so many from where the fault begins. */
  #within(events = 1): boolean {
    return this.#passed <= (this.#fault.after ?? 0) + events;
  }
}

function errorEvent(code: number): string {
  const reason = code === 410 ? 'Expired' : 'InternalError';
  const message = `status ${code} by the fault proxy`;
  return JSON.stringify({
    type: 'ERROR',
    object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
  });
}

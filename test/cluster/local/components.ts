import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from '../command.ts';
import { alive, identify, kill, type ProcessId } from '../process.ts';
import { controlPlane, pathsOf } from './control-plane.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type ClusterRecord, readRecord } from './record.ts';
import { enter } from './sandbox.ts';
import { until } from './start.ts';

/** A process of the control plane that can be ended and started again while its cluster stays. */
export type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

/** How long a healthy API server may take to answer, in milliseconds. */
const ANSWER_MS = 5_000;

/** The pids of a component: programs of that name in the PID namespace of the cluster's first process. */
function pidsOf(init: ProcessId, component: Component): readonly number[] {
  const namespaceOf = (pid: number): string | undefined => {
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`);
    } catch {
      return undefined; // it has ended
    }
  };
  const own = namespaceOf(init.pid);
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => own !== undefined && namespaceOf(pid) === own && programOf(pid) === component);
}

function programOf(pid: number): string {
  try {
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(program);
  } catch {
    return '';
  }
}

/** The control plane of a running cluster, seen from a process in the cluster's network. */
export class Components {
  readonly #layout: Layout;
  readonly #init: ProcessId;
  readonly #binaries: string;
  /** Processes that were told to end. */
  readonly #ending = new Set<number>();

  constructor(layout: Layout, { state, binaries, init }: ClusterRecord) {
    if (init === undefined || !alive(init)) throw new Error(`cluster "${layout.name}" does not run`);
    this.#layout = { ...layout, state };
    this.#init = init;
    this.#binaries = binaries;
  }

  /**
   * Ends a component by a signal and starts it again, with the command line it had; its log is `log/COMPONENT.again.log`.
   * An API server that is told to end gives its port away at once, and stays for up to a minute for the connections it
   * has: it is not waited for.
   * @throws Error where it does not run
   */
  async restart(component: Component, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const pid = pidsOf(this.#init, component).find((candidate) => !this.#ending.has(candidate));
    const id = pid === undefined ? undefined : identify(pid);
    if (id === undefined) throw new Error(`${component} of cluster "${this.#layout.name}" does not run`);
    this.#ending.add(id.pid);
    if (component === 'kube-apiserver' && signal === 'SIGTERM') process.kill(id.pid, signal);
    else await kill(id, signal);
    const command = controlPlane(pathsOf(this.#layout, this.#binaries))[component] ?? [];
    enter(this.#layout, this.#init, component, command, `${component}.again`);
  }

  /** Waits until the API server, and etcd behind it, say that they are ready. */
  async untilReady(): Promise<void> {
    await until('the API server is ready again', [], async () => {
      return (await run(['kubectl', 'get', '--raw', '/readyz'], { timeoutMs: ANSWER_MS })).code === 0;
    });
  }
}

/**
 * The components of the cluster in whose network this process was started by `exec` or `run`; undefined where that is
 * kind's, whose components are containers.
 */
export function ownComponents(): Components | undefined {
  const name = process.env.STANDPIPE_CLUSTER;
  if (name === undefined) return undefined;
  const layout = layoutOf(name);
  const record = readRecord(layout);
  return record === undefined ? undefined : new Components(layout, record);
}

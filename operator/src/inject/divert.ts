import { type Edit, probePort } from './edit.ts';
import { type MovedProbe, movedProbes } from './record.ts';
import type { Tap } from './taps.ts';
import type { Container } from './template.ts';

/**
 * Brings callers to the taps: moves the app's listeners to other ports, or takes over the names of their ports, or leaves
 * it to a rule of the pod's network. Liveness and startup ask the app itself, so that a fault of the tap never restarts it.
 * Readiness goes through the tap, as the app's callers do; unless it only opens a connection, which the tap accepts
 * whether the app is there or not: then it asks the app too.
 */
export function divert(edit: Edit, taps: readonly Tap[]): void {
  for (const tap of taps) {
    const container = edit.template.spec.containers.find((candidate) => candidate.name === tap.container);
    if (container === undefined) continue;
    moveProbes(edit, container, tap);
    if (tap.env !== undefined) edit.movePort(container, tap.env, String(tap.port.app));
    if (tap.portName !== undefined) edit.takePortName(container, tap.portName);
  }
}

function moveProbes(edit: Edit, container: Container, { port, env, portName, past }: Tap): void {
  const declared = env === undefined ? port.app : port.listen;
  for (const probe of movedProbes) {
    if (!asks(container, probe, declared)) continue;
    const through = probe === 'readinessProbe' && container.readinessProbe?.tcpSocket === undefined;
    const wanted = through ? port.listen : (past ?? port.app);
    // What callers of the declared port reach is the tap, and the name of the port stays where it is.
    if (through && portName === undefined) continue;
    if (probePort(container, probe)?.port !== wanted) edit.moveProbe(container, probe, wanted);
  }
}

/** Whether a probe asks a port, by its number or by the name that the container gives it. */
function asks(container: Container, probe: MovedProbe, port: number): boolean {
  const wanted = probePort(container, probe)?.port;
  if (wanted === port || wanted === String(port)) return true;
  return (container.ports ?? []).some((entry) => entry.name === wanted && entry.containerPort === port);
}

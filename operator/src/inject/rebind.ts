import { type Edit, probePort } from './edit.ts';
import { type MovedProbe, movedProbes } from './record.ts';
import type { Tap } from './taps.ts';
import type { Container } from './template.ts';

/**
 * Moves the app's listeners to their new ports. Liveness and startup ask the app itself, so that a fault of the tap
 * never restarts it. Readiness stays on the declared port and so goes through the tap, as its callers do; unless it only
 * opens a connection, which the tap accepts whether the app is there or not: then it asks the app too.
 */
export function moveApp(edit: Edit, taps: readonly Tap[]): void {
  for (const { port, container: name, env } of taps) {
    const container = edit.template.spec.containers.find((candidate) => candidate.name === name);
    if (container === undefined) continue;
    edit.movePort(container, env, String(port.app));
    for (const probe of movedProbes) {
      if (probe === 'readinessProbe' && container.readinessProbe?.tcpSocket === undefined) continue;
      if (asks(container, probe, port.listen)) edit.moveProbe(container, probe, port.app);
    }
  }
}

/** Whether a probe asks a port, by its number or by the name that the container gives it. */
function asks(container: Container, probe: MovedProbe, port: number): boolean {
  const wanted = probePort(container, probe)?.port;
  if (wanted === port || wanted === String(port)) return true;
  return (container.ports ?? []).some((entry) => entry.name === wanted && entry.containerPort === port);
}

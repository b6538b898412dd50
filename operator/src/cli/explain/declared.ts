/** What a Plan gives to a workload, in words: its ports, its logs and its bindings, a line each. */
import { defaultBindingRoot } from '../../api/names.ts';
import { reasons, type TapReason } from '../../api/reasons.ts';
import type { HttpSink } from '../../config/logs.ts';
import { remove } from '../../inject/remove.ts';
import { decideTaps, type Tap } from '../../inject/taps.ts';
import type { PodTemplate } from '../../inject/template.ts';
import type { Plan, PlanBinding } from '../../plan/plan.ts';
import type { Resolution } from '../../plan/resolve.ts';

/** A declared port that is not counted in some pod. */
export interface Untapped {
  /** Its place in spec.ports. */
  readonly index: number;
  readonly reason: TapReason;
}

/** The declared ports that would not be tapped in a pod, each for a reason of its own. */
export function untappedPorts(template: PodTemplate, plan: Plan): Untapped[] {
  const bare = remove(template);
  return plan.ports.flatMap((port, index) => {
    const { reason } = decideTaps(bare, { ...plan, ports: [port] });
    return reason === 'Tapped' ? [] : [{ index, reason }];
  });
}

/** How requests to each declared port are counted, or why they are not. */
export function portLines(template: PodTemplate, plan: Plan, taps: readonly Tap[]): string[] {
  if (plan.ports.length === 0) return [reasons.NoPorts.text];
  const untapped = untappedPorts(template, plan);
  return plan.ports.map(({ name, port, protocol }, i) => {
    const subject = `${name}, port ${port}`;
    const tap = taps.find((each) => each.port.name === name);
    const what = protocol === 'tcp' ? 'connections are' : protocol === 'grpc' ? 'calls are' : 'requests are';
    if (tap !== undefined) return `${subject}: ${what} counted; ${wayOf(tap)}`;
    const reason = untapped.find(({ index }) => index === i)?.reason ?? 'TapOff';
    return `${subject}: ${what} not counted (${reason}). ${reasons[reason].text}`;
  });
}

function wayOf({ port, container, env, portName }: Tap): string {
  if (env !== undefined) return `the sidecar takes the port, and ${env} moves container ${container} to ${port.app}`;
  return portName === undefined
    ? `a rule of the pod's network leads callers to the sidecar at ${port.listen}; container ${container} keeps the port`
    : `the sidecar takes the name ${portName} to ${port.listen}, for Services to follow; container ${container} keeps the port`;
}

/** Where the lines of logs come from and where they go, or why there are none. */
export function logsLine({ plan, logsConfig, logsReason }: Resolution, declared: boolean): string {
  if (!declared) return 'not read: logging is not declared.';
  if (plan.logs === null || logsConfig === null) return `not read (${logsReason}). ${reasons[logsReason].text}`;
  const { source, files, sink } = logsConfig;
  const from =
    source === 'files'
      ? `the files ${files.join(', ')}, which the containers share with the sidecar`
      : "what the containers print, from the pod's log files on its node";
  return `${from}; to ${addressOf(sink)}; at the end up to ${plan.logs.drainSeconds} s more for what is left`;
}

function addressOf({ host, port, uri, tls }: HttpSink): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}${uri}`;
}

/** What each binding brings, and to which containers. */
export function bindingLines({ plan, recipes }: Resolution): string[] {
  const containers = plan.containers.length === 0 ? 'every container' : `container ${plan.containers.join(', ')}`;
  return plan.bindings.map((binding) => {
    const made = recipes.some((recipe) => recipe.binding === binding.name);
    const secret = `Secret ${binding.secretName}, which ${made ? 'the controller writes' : 'has to be there'}`;
    return `${binding.name}: ${secret}; in ${containers} ${deliveryOf(binding).join(' and ')}`;
  });
}

function deliveryOf({ name, files, env }: PlanBinding): string[] {
  const variables = env.map((each) => each.name + (each.optional ? '?' : '')).join(', ');
  return [
    ...(files ? [`files under $SERVICE_BINDING_ROOT/${name} (${defaultBindingRoot}/${name} by default)`] : []),
    ...(env.length > 0 ? [`the variables ${variables}`] : []),
  ];
}

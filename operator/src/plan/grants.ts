import type { Broker } from '../api/generated/broker.ts';
import type { Problem } from './problem.ts';
import { type LabelSelector, selects } from './selector.ts';
import type { World } from './world.ts';

/** What a Microservice may do on a topic. */
export type TopicAccess = 'publish' | 'subscribe';

/** The access rules of a Broker that are for a namespace. */
function rulesFor(broker: Broker, labels: Readonly<Record<string, string>>) {
  return (broker.spec.access ?? []).filter((rule) => selects(rule.namespaces as LabelSelector, labels));
}

/** Whether a Broker gives a namespace any access at all: without it not even its address and credentials are handed out. */
export function grantsNamespace(broker: Broker, labels: Readonly<Record<string, string>>): boolean {
  return rulesFor(broker, labels).length > 0;
}

/** Whether a rule allows the namespace to publish to, or subscribe to, the topic. */
export function grantsTopic(
  broker: Broker,
  labels: Readonly<Record<string, string>>,
  topic: string,
  access: TopicAccess,
): boolean {
  return rulesFor(broker, labels).some(
    (rule) => rule.allow.includes(access) && rule.topics.some((pattern) => matches(pattern, topic)),
  );
}

/** Whether the namespace may use a consumer group: those that begin with its own name always, others by a rule. */
export function grantsGroup(broker: Broker, world: World, group: string): boolean {
  const { name, labels } = world.namespace;
  if (group.startsWith(`${name}.`)) return true;
  return rulesFor(broker, labels).some((rule) => (rule.groups ?? []).some((pattern) => matches(pattern, group)));
}

/** An asterisk at the end stands for any rest; nothing else is special. */
function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The problems with the topics that a Microservice declares: what no rule of the topic's Broker allows. */
export function topicProblems(world: World, brokerOf: (binding: string | undefined) => Broker | undefined): Problem[] {
  const { spec } = world.microservice;
  const declared = [
    ...(spec.publishes ?? []).map((entry, i) => ({
      ...entry,
      field: `spec.publishes[${i}]`,
      access: 'publish' as const,
    })),
    ...(spec.subscribes ?? []).map((entry, i) => ({
      ...entry,
      field: `spec.subscribes[${i}]`,
      access: 'subscribe' as const,
    })),
  ];
  const topics = declared.flatMap(({ topic, binding, field, access }): Problem[] => {
    const broker = brokerOf(binding);
    if (broker === undefined || grantsTopic(broker, world.namespace.labels, topic, access)) return [];
    return [
      {
        field: `${field}.topic`,
        reason: 'TopicNotGranted',
        message: `Broker ${broker.metadata.name} does not let namespace ${world.namespace.name} ${access} to ${topic}: ask its owners for a rule in spec.access`,
      },
    ];
  });
  return [...topics, ...groupProblems(world, brokerOf)];
}

function groupProblems(world: World, brokerOf: (binding: string | undefined) => Broker | undefined): Problem[] {
  return (world.microservice.spec.subscribes ?? []).flatMap(({ group, binding }, i): Problem[] => {
    const broker = brokerOf(binding);
    if (group === undefined || broker === undefined || grantsGroup(broker, world, group)) return [];
    return [
      {
        field: `spec.subscribes[${i}].group`,
        reason: 'TopicNotGranted',
        message: `consumer group ${group} is not for namespace ${world.namespace.name}: begin it with ${world.namespace.name}. or ask the owners of Broker ${broker.metadata.name} for one in spec.access[].groups`,
      },
    ];
  });
}

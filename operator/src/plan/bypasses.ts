import type { World } from './world.ts';

/** What would keep callers from taps that take over the names of ports: policies that know a declared port by its number. */
export function barriers({ microservice, policies }: World): string[] {
  const ports = microservice.spec.ports ?? [];
  return policies.flatMap(({ name, ingress }) =>
    ports
      .filter(({ port }) => ingress.some(({ from, to }) => from <= port && port <= to))
      .map(({ port }) => `NetworkPolicy ${name} allows port ${port} by its number: name the port in the policy`),
  );
}

/**
 * The ways past taps that took over the names of ports: what of the Service that callers use leads to a declared port by
 * its number. One sentence each; none where no Services can be known.
 */
export function bypasses({ microservice, services }: World): string[] {
  const { metadata, spec } = microservice;
  const called = services?.find(({ name }) => name === (spec.service ?? metadata.name));
  return (called?.ports ?? []).flatMap(({ port, targetPort = port }) => {
    const declared = spec.ports?.find((candidate) => candidate.port === Number(targetPort));
    return declared === undefined
      ? []
      : [`Service ${called?.name} sends port ${port} to ${targetPort}: set its targetPort to the name of that port`];
  });
}

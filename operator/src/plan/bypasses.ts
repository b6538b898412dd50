import type { World } from './world.ts';

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

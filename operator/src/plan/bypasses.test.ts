import { expect, test } from 'vitest';
import { barriers, bypasses } from './bypasses.ts';
import { microservice, world } from './testing/builders.ts';

const ports = [{ name: 'http', port: 8080, protocol: 'http' }] as const;
const of = (targetPort: number | string | undefined, port = 80, service?: string) =>
  bypasses(
    world({
      microservice: microservice({ ports, ...(service !== undefined && { service }) }),
      services: [{ name: service ?? 'orders', ports: [{ port, targetPort }] }],
    }),
  );

test('names what leads past a tap by number', () => {
  const found = ['Service orders sends port 80 to 8080: set its targetPort to the name of that port'];
  expect(of(8080)).toEqual(found);
  expect(of('8080')).toEqual(found);
  expect(of(undefined, 8080)).toEqual([expect.stringContaining('sends port 8080 to 8080')]);
  expect(of(8080, 80, 'front')).toEqual([expect.stringContaining('Service front')]);
});

test('finds nothing wrong with names, other ports, other Services and none', () => {
  expect(of('http')).toEqual([]);
  expect(of(9090)).toEqual([]);
  expect(bypasses(world({ microservice: microservice({ ports }), services: [] }))).toEqual([]);
  expect(bypasses(world({ microservice: microservice({ ports }) }))).toEqual([]);
  const others = [{ name: 'other', ports: [{ port: 80, targetPort: 8080 }] }];
  expect(bypasses(world({ microservice: microservice({ ports }), services: others }))).toEqual([]);
});

test('names the policies that would stop callers of a tap', () => {
  const policies = [
    { name: 'front', ingress: [{ from: 8000, to: 9000 }] },
    { name: 'other', ingress: [{ from: 9090, to: 9090 }] },
  ];
  expect(barriers(world({ microservice: microservice({ ports }), policies }))).toEqual([
    'NetworkPolicy front allows port 8080 by its number: name the port in the policy',
  ]);
});

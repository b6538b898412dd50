import { describe, expect, test } from 'vitest';
import type { Microservice } from '../api/generated/microservice.ts';
import { resolveBinding } from './bindings.ts';
import { binding, microservice, world } from './testing/builders.ts';
import type { ServiceView, World } from './world.ts';

const field = 'spec.bindings[0]';

describe('a binding to a Microservice', () => {
  const http = { name: 'http', port: 8080, protocol: 'http' } as const;
  const peer = (spec: Partial<Microservice['spec']> = {}) =>
    microservice({ ports: [http], ...spec }, { name: 'billing' });
  const service = (ports: ServiceView['ports'], name = 'billing'): ServiceView => ({ name, ports });
  const bind = (around: Partial<World>, port?: string) =>
    resolveBinding(
      world({ peers: [peer()], ...around }),
      binding({
        name: 'billing',
        microservice: { name: 'billing', ...(port === undefined ? {} : { port }) },
        as: ['env'],
      }),
      field,
    );
  const uriOf = (resolved: ReturnType<typeof bind>) =>
    resolved !== null && 'plan' in resolved ? resolved.recipe?.literals.uri : resolved;

  test('is made from the address of its Service', () => {
    expect(bind({ services: [service([{ port: 80, targetPort: 8080 }])] })).toEqual({
      plan: {
        name: 'billing',
        secretName: 'standpipe.orders.billing',
        entries: [],
        files: false,
        env: [
          { name: 'BILLING_HOST', key: 'host', optional: false },
          { name: 'BILLING_PORT', key: 'port', optional: false },
          { name: 'BILLING_URI', key: 'uri', optional: false },
        ],
      },
      recipe: {
        binding: 'billing',
        secretName: 'standpipe.orders.billing',
        type: 'http',
        literals: {
          type: 'http',
          provider: 'standpipe',
          host: 'billing.shop.svc',
          port: '80',
          uri: 'http://billing.shop.svc:80',
        },
        kafka: null,
      },
    });
  });

  const admin = { name: 'admin', port: 9090, protocol: 'grpc' } as const;

  test.each<readonly [string, Partial<World>, string | undefined, string]>([
    ['offline, the declared port', { services: null }, undefined, 'http://billing.shop.svc:8080'],
    [
      'a Service that leads there by number',
      {
        services: [
          service([
            { port: 80, targetPort: 9 },
            { port: 81, targetPort: 8080 },
          ]),
        ],
      },
      undefined,
      'http://billing.shop.svc:81',
    ],
    [
      'a Service without targetPort',
      { services: [service([{ port: 8080 }])] },
      undefined,
      'http://billing.shop.svc:8080',
    ],
    [
      'a targetPort by name',
      {
        services: [
          service([
            { port: 9, targetPort: 'x' },
            { port: 80, targetPort: 'http' },
          ]),
        ],
      },
      undefined,
      'http://billing.shop.svc:80',
    ],
    [
      'a Service port of that name',
      {
        services: [
          service([
            { port: 9, targetPort: 'x' },
            { name: 'http', port: 80, targetPort: 'web' },
          ]),
        ],
      },
      undefined,
      'http://billing.shop.svc:80',
    ],
    [
      'the only Service port',
      { services: [service([{ port: 80, targetPort: 'web' }])] },
      undefined,
      'http://billing.shop.svc:80',
    ],
    [
      'another Service',
      { peers: [peer({ service: 'pay' })], services: [service([{ port: 80, targetPort: 8080 }], 'pay')] },
      undefined,
      'http://pay.shop.svc:80',
    ],
    ['the port called http', { peers: [peer({ ports: [admin, http] })] }, undefined, 'http://billing.shop.svc:8080'],
    ['the named port', { peers: [peer({ ports: [admin, http] })] }, 'admin', 'grpc://billing.shop.svc:9090'],
    [
      'the only port, whatever its name',
      { peers: [peer({ ports: [admin] })] },
      undefined,
      'grpc://billing.shop.svc:9090',
    ],
  ])('dials %s', (_, around, port, uri) => {
    expect(uriOf(bind(around, port))).toBe(uri);
  });

  const noService =
    'Service billing of Microservice billing does not exist or has no port that leads to 8080: create it, correct its targetPort, or name another in the spec.service of that Microservice';

  test.each<readonly [string, Partial<World>, string | undefined, object]>([
    [
      'that does not exist',
      { peers: [] },
      undefined,
      {
        field: `${field}.microservice.name`,
        reason: 'MicroserviceNotFound',
        message: 'there is no Microservice billing in namespace shop: create it, or correct the name',
      },
    ],
    [
      'that declares no port',
      { peers: [peer({ ports: [] })] },
      undefined,
      {
        field: `${field}.microservice.port`,
        reason: 'PortNotFound',
        message: 'Microservice billing declares no port: add it to its spec.ports',
      },
    ],
    [
      'whose ports have other names',
      { peers: [peer({ ports: [admin, { ...http, name: 'web' }] })] },
      undefined,
      {
        field: `${field}.microservice.port`,
        reason: 'PortNotFound',
        message: 'set the port to one that Microservice billing declares: admin, web',
      },
    ],
    [
      'without a Service',
      { services: [] },
      undefined,
      { field: `${field}.microservice`, reason: 'ServiceNotFound', message: noService },
    ],
    [
      'whose Service leads elsewhere',
      {
        services: [
          service([
            { port: 1, targetPort: 1 },
            { port: 2, targetPort: 2 },
          ]),
        ],
      },
      undefined,
      { field: `${field}.microservice`, reason: 'ServiceNotFound', message: noService },
    ],
  ])('%s is a problem', (_, around, port, problem) => {
    expect(bind(around, port)).toEqual(problem);
  });
});

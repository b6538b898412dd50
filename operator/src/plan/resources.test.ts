import { expect, test } from 'vitest';
import { resolve } from './resolve.ts';
import { overLimit } from './resources.ts';
import { logging, logSink, microservice, world } from './testing/builders.ts';

test('a request may be as large as its limit, in whatever unit, and without one as large as it likes', () => {
  expect(overLimit({ requests: { cpu: '9', memory: '1024Mi' }, limits: { memory: '1Gi' } })).toBeUndefined();
});

test('a request over its limit is told', () => {
  expect(overLimit({ requests: { memory: '1Gi' }, limits: { memory: '1G' } })).toBe(
    '1Gi memory is requested and 1G is the limit',
  );
});

test("a request over the platform's limit, and a limit below the platform's request, are problems", () => {
  const sidecars = {
    metrics: { resources: { requests: { memory: '1Gi' } } },
    logs: { resources: { limits: { memory: '1Mi' } } },
  };
  const logs = logging({ files: ['/var/log/orders/*.log'] });
  const resolved = resolve(world({ microservice: microservice({ sidecars, logging: logs }), sinks: [logSink()] }));
  expect(resolved).toEqual({
    problems: [
      {
        field: 'spec.sidecars.metrics.resources',
        reason: 'Invalid',
        message: '1Gi memory is requested and 128Mi is the limit: request less, or set a higher limit beside it',
      },
      {
        field: 'spec.sidecars.logs.resources',
        reason: 'Invalid',
        message: '88Mi memory is requested and 1Mi is the limit: request less, or set a higher limit beside it',
      },
    ],
  });
});

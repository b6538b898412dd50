import type { LogsConfig } from './logs.ts';

/** A configuration for tests, to be varied. */
export const sampleLogs: LogsConfig = {
  generation: 'a1b2c3',
  source: 'files',
  files: ['/var/log/orders/*.log'],
  format: 'json',
  sink: {
    type: 'http',
    host: 'logs.example',
    port: 8443,
    uri: '/ingest?stream=orders',
    tls: true,
    verify: true,
    compress: 'gzip',
  },
  buffer: { sizeBytes: 64 * 1024 * 1024, whenFull: 'dropOldest' },
  labels: { microservice: 'orders', namespace: 'shop', pod: 'orders-7d9f-abcde', revision: '5f4dcc3b' },
};

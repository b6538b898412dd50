import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type FluentBitPaths, fluentBitDocument, renderFluentBit } from './fluentBit.ts';
import { sampleLogs } from './logs.sample.ts';
import { type LogsConfig, parseLogsConfig } from './logs.ts';

const paths: FluentBitPaths = {
  stateDir: '/var/lib/standpipe',
  podLogDir: '/var/log/standpipe-pod',
  httpPort: 9472,
};

const cases: Readonly<Record<string, LogsConfig>> = {
  'files-json-tls-dropOldest': sampleLogs,
  'stdout-json-block': {
    ...sampleLogs,
    source: 'stdout',
    files: [],
    buffer: { sizeBytes: 16 << 20, whenFull: 'block' },
  },
  'files-text-plain': {
    ...sampleLogs,
    files: ['/var/log/orders/app.log', '/srv/audit/*.txt'],
    format: 'text',
    sink: { ...sampleLogs.sink, tls: false, verify: false, compress: 'none' },
    labels: {},
  },
};

/** Configurations as the parser lets them through. */
const accepted: fc.Arbitrary<LogsConfig> = fc
  .record({
    generation: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
    source: fc.constantFrom('stdout', 'files'),
    files: fc.array(fc.stringMatching(/^\/srv\/[a-z0-9%=@]{1,10}\/[a-z*.]{0,6}[a-z]$/), { minLength: 1, maxLength: 3 }),
    format: fc.constantFrom('json', 'text'),
    sink: fc.record({
      type: fc.constant('http'),
      host: fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/),
      port: fc.integer({ min: 1, max: 65_535 }),
      uri: fc.stringMatching(/^\/[!-~]{0,40}$/),
      tls: fc.boolean(),
      verify: fc.boolean(),
      compress: fc.constantFrom('gzip', 'none'),
    }),
    buffer: fc.record({
      sizeBytes: fc.integer({ min: 5 << 20, max: 1 << 30 }),
      whenFull: fc.constantFrom('block', 'dropOldest'),
    }),
    labels: fc.dictionary(fc.stringMatching(/^x[a-z./-]{0,10}$/), fc.stringMatching(/^[A-Za-z0-9._:/@+=-]{1,20}$/)),
  })
  .map((value) => parseLogsConfig(JSON.stringify(value)))
  .filter((parsed) => 'config' in parsed)
  .map(({ config }) => config);

describe('renderFluentBit', () => {
  test.each(Object.entries(cases))('renders %s as in its golden file', async (name, config) => {
    await expect(renderFluentBit(config, paths)).toMatchFileSnapshot(`golden/${name}.golden.yaml`);
  });

  test('writes what reads back as the typed document, for every configuration that is accepted', () => {
    fc.assert(
      fc.property(accepted, (config) => {
        const text = renderFluentBit(config, paths);
        expect(parse(text)).toEqual(fluentBitDocument(config, paths));
        expect(text).not.toContain('${');
      }),
    );
  });

  test('keeps a text that looks like YAML or like a further property a text', () => {
    const uri = '/a:b#c"\'-?{}[]&*!|>%@`,x\\n- name: exec';
    const parsed = parse(renderFluentBit({ ...sampleLogs, sink: { ...sampleLogs.sink, uri } }, paths));
    expect(parsed.pipeline.outputs).toHaveLength(1);
    expect(parsed.pipeline.outputs[0].uri).toBe(uri);
  });

  test('refuses to write what Fluent Bit would expand', () => {
    const sink = { ...sampleLogs.sink, uri: '/\u0024{HOME}' };
    expect(() => renderFluentBit({ ...sampleLogs, sink }, paths)).toThrow('"${"');
  });

  test('takes the sidecar’s own lines out of the pod’s', () => {
    const [input] = fluentBitDocument({ ...sampleLogs, source: 'stdout' }, paths).pipeline.inputs;
    expect(input?.exclude_path).toMatch(/^\/var\/log\/standpipe-pod\/standpipe-logs\/\*,/);
  });

  test('lets the size of the buffer limit the disk for dropOldest and the chunks in memory for block', () => {
    const limits = (whenFull: 'block' | 'dropOldest') => {
      const { service, pipeline } = fluentBitDocument(
        { ...sampleLogs, buffer: { sizeBytes: 16 << 20, whenFull } },
        paths,
      );
      return {
        chunks: service['storage.max_chunks_up'],
        pause: pipeline.inputs[0]?.['storage.pause_on_chunks_overlimit'],
        limit: pipeline.outputs[0]?.['storage.total_limit_size'],
      };
    };
    expect(limits('block')).toEqual({ chunks: 8, pause: 'on', limit: undefined });
    expect(limits('dropOldest')).toEqual({ chunks: 32, pause: 'off', limit: '16384k' });
  });
});

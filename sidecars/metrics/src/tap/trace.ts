import type { Label } from '../../../common/src/family.ts';

/** Bytes of a traceparent of version 00 (https://www.w3.org/TR/trace-context/ section 3.2). */
export const traceparentLength = 55;

const traceparent = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f][13579bdf]$/;

/**
 * The labels of an exemplar for a request with that traceparent, by the names that Prometheus and Grafana look for; undefined
 * if it is malformed, of a later version, or of a trace that nobody keeps.
 */
export function exemplarLabels(text: string): readonly Label[] | undefined {
  const [, traceId, spanId] = traceparent.exec(text) ?? [];
  return traceId === undefined || spanId === undefined
    ? undefined
    : [
        ['trace_id', traceId],
        ['span_id', spanId],
      ];
}

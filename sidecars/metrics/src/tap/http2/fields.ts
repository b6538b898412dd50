import { methodIndex } from '../exchange.ts';
import { unknownGrpcStatus } from './grpc-status.ts';

/** Fields that are looked at, as numbers; 0 stands for all others. */
export type FieldId = number;

const names = [':method', ':path', ':status', 'content-type', 'grpc-status', 'user-agent', 'traceparent'] as const;

/** The fields that are looked at. */
const fieldIds = {
  method: 1,
  path: 2,
  status: 3,
  contentType: 4,
  grpcStatus: 5,
  userAgent: 6,
  traceparent: 7,
} as const;

/** A field that is not looked at. */
export const otherField: FieldId = 0;

const ids: ReadonlyMap<string, FieldId> = new Map(names.map((name, place) => [name, place + 1]));

/** The number of a field's name, which HTTP/2 sends in lower case (RFC 9113 section 8.2). */
export function fieldId(name: string): FieldId {
  return ids.get(name) ?? otherField;
}

const longestName = Math.max(...names.map((name) => name.length));

/** The number of the name of that length that stands in `text` at `from`. */
export function fieldIdAt(text: Buffer, from: number, length: number): FieldId {
  return length > longestName ? otherField : fieldId(text.toString('latin1', from, from + length));
}

/** What the fields of one block say. One object is reused for all blocks: nothing is allocated for each. */
export class Fields {
  /** -1 where there is no such field, as in trailers. */
  method = -1;
  /** The path without its query. */
  path = '';
  /** 0 where there is none. */
  status = 0;
  /** The content is gRPC: `application/grpc`, alone or with `+` and a format. gRPC-Web is not: its status is in the body. */
  grpc = false;
  /** -1 where there is none. */
  grpcStatus = -1;
  /** The user agent is the kubelet's prober. */
  probe = false;
  traceparent = '';

  reset(): void {
    this.method = this.grpcStatus = -1;
    this.path = this.traceparent = '';
    this.status = 0;
    this.grpc = this.probe = false;
  }

  take(field: FieldId, value: string): void {
    if (field === fieldIds.method) this.method = methodIndex(value);
    else if (field === fieldIds.path) this.path = withoutQuery(value);
    else if (field === fieldIds.status) this.status = numberOf(value, 100, 999) ?? 0;
    else if (field === fieldIds.contentType) this.grpc = /^application\/grpc(?:$|[+;])/i.test(value);
    else if (field === fieldIds.grpcStatus) this.grpcStatus = numberOf(value, 0, 16) ?? unknownGrpcStatus;
    else if (field === fieldIds.userAgent) this.probe = value.startsWith('kube-probe/');
    else if (field === fieldIds.traceparent) this.traceparent = value;
  }
}

const questionMark = 63;
const hash = 35;

function withoutQuery(target: string): string {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === questionMark || code === hash) return target.slice(0, at);
  }
  return target;
}

function numberOf(text: string, least: number, most: number): number | undefined {
  if (text.length === 0 || text.length > 3) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value >= least && value <= most ? value : undefined;
}

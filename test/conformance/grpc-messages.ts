/**
 * The messages of gRPC's interoperability suite, as far as its cases use them, in protocol buffers' encoding
 * (https://github.com/grpc/grpc/blob/master/src/proto/grpc/testing/messages.proto). Payloads are zeros. Fields with their
 * default value are left out, as every encoder does.
 */

const lengthDelimited = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function number(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field * 8), varint(value)]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + lengthDelimited), varint(value.length), value]);
}

/** A message whose only field is a payload of that size, in the field of that number. */
function payload(field: number, size: number): Buffer {
  return bytes(field, bytes(2, Buffer.alloc(size)));
}

/** A status that the server shall end the call with. */
export interface EchoStatus {
  readonly code: number;
  readonly message: string;
}

function status(field: number, { code, message }: EchoStatus): Buffer {
  return bytes(field, Buffer.concat([number(1, code), bytes(2, Buffer.from(message))]));
}

export const empty: Buffer = Buffer.alloc(0);

/** `SimpleRequest`: sizes of payloads in bytes. */
export function simpleRequest(requestSize: number, responseSize: number): Buffer {
  return Buffer.concat([number(2, responseSize), payload(3, requestSize)]);
}

/** `SimpleRequest` that asks for a status. */
export function simpleRequestFor(wanted: EchoStatus): Buffer {
  return status(7, wanted);
}

/** `SimpleResponse`, and `StreamingOutputCallResponse`, which looks the same. */
export function response(size: number): Buffer {
  return payload(1, size);
}

/** `StreamingInputCallRequest`. */
export function inputRequest(size: number): Buffer {
  return payload(1, size);
}

/** `StreamingInputCallResponse`: how many bytes the payloads had together. */
export function inputResponse(size: number): Buffer {
  return number(1, size);
}

/** `StreamingOutputCallRequest` that asks for responses of those sizes. */
export function outputRequest(requestSize: number, responseSizes: readonly number[]): Buffer {
  const wanted = responseSizes.map((size) => bytes(2, number(1, size)));
  return Buffer.concat(requestSize === 0 ? wanted : [...wanted, payload(3, requestSize)]);
}

/** `StreamingOutputCallRequest` that asks for a status. */
export function outputRequestFor(wanted: EchoStatus): Buffer {
  return status(7, wanted);
}

import { createHash } from 'node:crypto';
import {
  type EchoStatus,
  empty,
  inputRequest,
  inputResponse,
  outputRequest,
  outputRequestFor,
  response,
  simpleRequest,
  simpleRequestFor,
} from './grpc-messages.ts';

/**
 * The cases of gRPC's interoperability suite that end with a status
 * (https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md), written so that a client of any language can
 * play them: what to do, a line for each step, and what must be told of it. The clients' header comments have the steps.
 */
export interface Case {
  readonly steps: readonly string[];
  /** What a client tells. */
  readonly outcome: readonly string[];
  /** The calls that are counted, by port, service, method and status; none where that is a matter of luck. */
  readonly calls: Readonly<Record<string, number>>;
}

const testService = 'grpc.testing.TestService';

const send = (message: Buffer): string => `send ${message.toString('base64')}`;
const told = (message: Buffer): string =>
  `message ${message.length} ${createHash('sha256').update(message).digest('hex')}`;
const ended = ({ code, message }: EchoStatus): string => `status ${code} ${Buffer.from(message).toString('base64')}`;
const ok = ended({ code: 0, message: '' });

const unary = (method: string): string => `call unary /${testService}/${method}`;
const stream = (method: string): string => `call stream /${testService}/${method}`;
const counted = (method: string, code = 0): Record<string, number> => ({
  [`port ${testService} ${method} ${code}`]: 1,
});

/** Payload sizes in bytes, as the suite has them. */
const large = simpleRequest(271_828, 314_159);
const requestSizes = [27_182, 8, 1828, 45_904];
const responseSizes = [31_415, 9, 2653, 58_979];
const pings = requestSizes.map((size, place) => [size, responseSizes[place] ?? 0] as const);

const plain: EchoStatus = { code: 2, message: 'test status message' };
const special: EchoStatus = {
  code: 2,
  message: '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n',
};
const unknown = (what: string): string => ended({ code: 12, message: what });

/** A header that comes back as a header, and one that comes back as a trailer, in base64. */
const echoed = [
  ['x-grpc-test-echo-initial', 'test_initial_metadata_value'],
  ['x-grpc-test-echo-trailing-bin', Buffer.from('ababab', 'hex').toString('base64')],
] as const;
const withMetadata = echoed.map(([key, value]) => `with ${key} ${value}`);
const gotMetadata = echoed.map(([key, value], place) => `${place === 0 ? 'header' : 'trailer'} ${key} ${value}`);

/** The cases by the suite's names. */
export const cases: Readonly<Record<string, Case>> = {
  empty_unary: {
    steps: [unary('EmptyCall'), send(empty), 'close', 'receive', 'end'],
    outcome: [told(empty), ok],
    calls: counted('EmptyCall'),
  },
  large_unary: {
    steps: [unary('UnaryCall'), send(large), 'close', 'receive', 'end'],
    outcome: [told(response(314_159)), ok],
    calls: counted('UnaryCall'),
  },
  client_streaming: {
    steps: [
      stream('StreamingInputCall'),
      ...requestSizes.map((size) => send(inputRequest(size))),
      ...['close', 'receive', 'end'],
    ],
    outcome: [told(inputResponse(requestSizes.reduce((sum, size) => sum + size))), ok],
    calls: counted('StreamingInputCall'),
  },
  server_streaming: {
    steps: [
      stream('StreamingOutputCall'),
      send(outputRequest(0, responseSizes)),
      'close',
      ...responseSizes.map(() => 'receive'),
      ...['receive', 'end'],
    ],
    outcome: [...responseSizes.map((size) => told(response(size))), 'nothing', ok],
    calls: counted('StreamingOutputCall'),
  },
  ping_pong: {
    steps: [
      stream('FullDuplexCall'),
      ...pings.flatMap(([asked, answered]) => [send(outputRequest(asked, [answered])), 'receive']),
      ...['close', 'receive', 'end'],
    ],
    outcome: [...responseSizes.map((size) => told(response(size))), 'nothing', ok],
    calls: counted('FullDuplexCall'),
  },
  empty_stream: {
    steps: [stream('FullDuplexCall'), 'close', 'receive', 'end'],
    outcome: ['nothing', ok],
    calls: counted('FullDuplexCall'),
  },
  custom_metadata: {
    steps: [
      ...[...withMetadata, unary('UnaryCall'), send(large), 'close', 'receive', 'end'],
      ...[...withMetadata, stream('FullDuplexCall'), send(outputRequest(271_828, [314_159]))],
      ...['receive', 'close', 'receive', 'end'],
    ],
    outcome: [
      ...[told(response(314_159)), ...gotMetadata, ok],
      ...[told(response(314_159)), 'nothing', ...gotMetadata, ok],
    ],
    calls: { ...counted('UnaryCall'), ...counted('FullDuplexCall') },
  },
  status_code_and_message: {
    steps: [
      ...[unary('UnaryCall'), send(simpleRequestFor(plain)), 'close', 'receive', 'end'],
      ...[stream('FullDuplexCall'), send(outputRequestFor(plain)), 'close', 'receive', 'end'],
    ],
    outcome: ['nothing', ended(plain), 'nothing', ended(plain)],
    calls: { ...counted('UnaryCall', 2), ...counted('FullDuplexCall', 2) },
  },
  special_status_message: {
    steps: [unary('UnaryCall'), send(simpleRequestFor(special)), 'close', 'receive', 'end'],
    outcome: ['nothing', ended(special)],
    calls: counted('UnaryCall', 2),
  },
  unimplemented_method: {
    steps: [unary('UnimplementedCall'), send(empty), 'close', 'receive', 'end'],
    outcome: ['nothing', unknown('method UnimplementedCall not implemented')],
    calls: { 'port _NOT_FOUND _NOT_FOUND 12': 1 },
  },
  unimplemented_service: {
    steps: [
      'call unary /grpc.testing.UnimplementedService/UnimplementedCall',
      ...[send(empty), 'close', 'receive', 'end'],
    ],
    outcome: ['nothing', unknown('unknown service grpc.testing.UnimplementedService')],
    calls: { 'port _NOT_FOUND _NOT_FOUND 12': 1 },
  },
};

/** The cases whose caller gives up: whether the call is seen at all, and answered before, is a matter of luck. */
export const givenUp: Readonly<Record<string, Case>> = {
  timeout_on_sleeping_server: {
    steps: ['within 1', stream('FullDuplexCall'), send(outputRequest(27_182, [])), 'end'],
    outcome: ['given up'],
    calls: {},
  },
  cancel_after_begin: {
    steps: [stream('StreamingInputCall'), 'cancel', 'end'],
    outcome: ['given up'],
    calls: {},
  },
  cancel_after_first_response: {
    steps: [stream('FullDuplexCall'), send(outputRequest(27_182, [31_415])), 'receive', 'cancel', 'end'],
    outcome: [told(response(31_415)), 'given up'],
    calls: {},
  },
};

/** What several cases count together. */
export function sumOf(all: readonly Case['calls'][]): Case['calls'] {
  const sum: Record<string, number> = {};
  for (const calls of all) for (const [call, count] of Object.entries(calls)) sum[call] = (sum[call] ?? 0) + count;
  return sum;
}

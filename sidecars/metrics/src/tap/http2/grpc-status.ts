/**
 * The gRPC status that a client makes of a response without one, from its HTTP status:
 * https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
const byHttpStatus: ReadonlyMap<number, number> = new Map([
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [502, 14],
  [503, 14],
  [504, 14],
]);

/** What a client makes of everything else that has no status, or one that it does not know: UNKNOWN. */
export const unknownGrpcStatus = 2;

/** The gRPC status that stands for a response of that HTTP status without a grpc-status. */
export function grpcStatusOfHttp(status: number): number {
  return byHttpStatus.get(status) ?? unknownGrpcStatus;
}

import type { Label } from '../../../common/src/family.ts';
import { type Exchange, methods } from '../tap/exchange.ts';
import type { RouteTable } from './route-table.ts';

/** The name of everything that has no row of its own any more. */
export const overflowName = '_OVERFLOW';

/** The name of paths that the app itself does not know: what a scanner asks for must not use up the rows. */
export const notFoundName = '_NOT_FOUND';

/** How exchanges of one kind are told apart: by a name, made from the path, and by a detail of the outcome, as a number. */
export interface RowKind {
  /** The name for a path. Of bounded variety, as far as one path can tell. */
  nameOf(path: string): string;
  detailOf(exchange: Exchange): number;
  /** The detail says that the app does not know the path. */
  isNotFound(detail: number): boolean;
  /** The labels of a row. Without a detail, it holds what there was no room for. */
  labelsOf(name: string, detail: number | undefined): readonly Label[];
  /** The labels that lose their value when there is no room: the name's, then the detail's. */
  readonly overflowLabels: readonly [name: string, detail: string];
}

/** Names are routes; details are `method * 1000 + status`. */
export const httpRows = (routes: RouteTable): RowKind => ({
  nameOf: (path) => routes.routeOf(path),
  detailOf: ({ method, status }) => method * 1000 + status,
  isNotFound: (detail) => detail % 1000 === 404 || detail % 1000 === 405,
  labelsOf: (name, detail) => [
    ['http_request_method', detail === undefined ? '_OTHER' : (methods[Math.floor(detail / 1000)] ?? '_OTHER')],
    ['http_route', name],
    ['http_response_status_code', detail === undefined ? overflowName : String(detail % 1000)],
  ],
  overflowLabels: ['http_route', 'http_response_status_code'],
});

/** Paths of gRPC: a service with its package, and a method (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const rpcPath = /^\/([\w.]{1,128})\/(\w{1,128})$/;

/** The status of a method or service that the app does not have. */
const unimplemented = 12;

/** Names are services with their methods; details are values of grpc-status. */
export const grpcRows: RowKind = {
  nameOf: (path) => (rpcPath.test(path) ? path : '_OTHER'),
  detailOf: ({ grpcStatus }) => grpcStatus,
  isNotFound: (detail) => detail === unimplemented,
  labelsOf: (name, detail) => {
    const [, service = name, method = name] = rpcPath.exec(name) ?? [];
    return [
      ['rpc_service', service],
      ['rpc_method', method],
      ['rpc_grpc_status_code', detail === undefined ? overflowName : String(detail)],
    ];
  },
  overflowLabels: ['rpc_method', 'rpc_grpc_status_code'],
};

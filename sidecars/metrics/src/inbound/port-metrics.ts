import { type Exchange, type ExchangeObserver, methods } from '../tap/exchange.ts';
import { routeOf } from '../tap/routes.ts';
import { increment } from '../tap/tap-counters.ts';
import { newRow, type Row, record } from './durations.ts';
import type { RowBudget } from './row-budget.ts';

/** The route of everything that has no row of its own any more. */
export const overflowRoute = '_OVERFLOW';

/** The route of paths that the app itself does not know: what a scanner asks for must not use up the rows. */
export const notFoundRoute = '_NOT_FOUND';

/** Answers that say "I have no such path": they never make a route. */
const notFoundStatuses: ReadonlySet<number> = new Set([404, 405]);

/** A route and its rows by `method * 1000 + status`. */
interface Route {
  readonly name: string;
  readonly rows: Map<number, Row>;
}

/** Raw paths whose route is remembered, and the longest of them. Together some hundred kilobytes at most. */
const cachedPaths = 1024;
const cachedPathLength = 256;

/** Counts the exchanges of one port. */
export class PortMetrics implements ExchangeObserver {
  /** Requests that are being answered now, without probes. */
  active = 0;
  /** Requests whose response was not seen to its end. */
  abandonedRequests = 0;
  /** Answers to the kubelet's probes, by status. */
  readonly probes = new Map<number, number>();
  /** Requests that were counted in a row with less detail, by the label that lost its value. */
  readonly overflow = { http_route: 0, http_response_status_code: 0 };
  readonly rows: Row[] = [];
  private readonly port: string;
  private readonly budget: RowBudget;
  private readonly known = new Map<string, Route>();
  private readonly byPath = new Map<string, Route>();
  private lastResort: Row | undefined;

  constructor(port: string, budget: RowBudget) {
    this.port = port;
    this.budget = budget;
  }

  started({ probe }: Exchange): void {
    if (!probe) this.active += 1;
  }

  finished(exchange: Exchange, status: number): void {
    if (exchange.probe) {
      increment(this.probes, status);
      return;
    }
    this.active -= 1;
    record(this.rowOf(exchange, status), (performance.now() - exchange.startedMs) / 1000);
  }

  abandoned({ probe }: Exchange): void {
    if (probe) return;
    this.active -= 1;
    this.abandonedRequests += 1;
  }

  private rowOf({ path, method }: Exchange, status: number): Row {
    const route = this.byPath.get(path) ?? this.resolve(path);
    return route.rows.get(method * 1000 + status) ?? this.addRow(route.name, method, status);
  }

  /** The route of a path; one without rows while no row has been made for it. */
  private resolve(path: string): Route {
    const name = routeOf(path);
    const route = this.known.get(name);
    // Only routes that are there to stay are remembered by path: an empty one would hide the one that comes later.
    if (route === undefined) return { name, rows: new Map() };
    if (path.length <= cachedPathLength) {
      if (this.byPath.size >= cachedPaths) this.byPath.clear();
      this.byPath.set(path, route);
    }
    return route;
  }

  private addRow(name: string, method: number, status: number): Row {
    const known = this.known.get(name);
    const target = known === undefined && notFoundStatuses.has(status) ? notFoundRoute : name;
    return this.rowIn(target, method, status) ?? this.overflowRow(method, status);
  }

  /** The row of a route, made if the budget allows. */
  private rowIn(name: string, method: number, status: number): Row | undefined {
    const key = method * 1000 + status;
    const found = this.known.get(name)?.rows.get(key);
    if (found !== undefined || !this.budget.takeRow()) return found;
    return this.insert(name, key, newRow(this.port, method, name, status));
  }

  private overflowRow(method: number, status: number): Row {
    this.overflow.http_route += 1;
    const key = method * 1000 + status;
    const found = this.known.get(overflowRoute)?.rows.get(key);
    if (found !== undefined) return found;
    if (this.budget.takeOverflowRow())
      return this.insert(overflowRoute, key, newRow(this.port, method, overflowRoute, status));
    this.overflow.http_response_status_code += 1;
    if (this.lastResort === undefined) {
      this.lastResort = newRow(this.port, methods.length - 1, overflowRoute, undefined);
      this.rows.push(this.lastResort);
    }
    return this.lastResort;
  }

  private insert(name: string, key: number, row: Row): Row {
    const route = this.known.get(name) ?? { name, rows: new Map() };
    this.known.set(name, route);
    route.rows.set(key, row);
    this.rows.push(row);
    return row;
  }
}

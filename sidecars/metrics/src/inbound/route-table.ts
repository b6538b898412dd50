import { pathOf, routeOf } from '../tap/routes.ts';

/** A declared route and the paths that belong to it. */
interface Declared {
  readonly route: string;
  readonly pattern: RegExp;
}

/**
 * Finds the route of a request: the first declared one that its path fits, else the one that rules make of the path.
 * A declared route is counted under its own text, such as `/users/{user}` or `/files/{path...}`.
 */
export class RouteTable {
  private declared: readonly Declared[] = [];

  /** Takes up other declared routes; checked by `parseMetricsConfig`. */
  use(routes: readonly string[]): void {
    this.declared = routes.map((route) => ({ route, pattern: patternOf(route) }));
  }

  /** The route of a request target without its query. */
  routeOf(target: string): string {
    if (this.declared.length > 0) {
      const path = pathOf(target);
      const found = path === undefined ? undefined : this.declared.find(({ pattern }) => pattern.test(path));
      if (found !== undefined) return found.route;
    }
    return routeOf(target);
  }
}

/** `{name}` is one segment that is not empty, `{name...}` the rest, which may be empty. The syntax is that of Go's ServeMux. */
function patternOf(route: string): RegExp {
  const parts = route.split('/').map((segment) => {
    if (/^\{.*\.\.\.\}$/.test(segment)) return '.*';
    return segment.startsWith('{') ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`, 's');
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routeOf } from '../tap/routes.ts';
import { RouteTable } from './route-table.ts';

function table(...routes: string[]): RouteTable {
  const made = new RouteTable();
  made.use(routes);
  return made;
}

test.each([
  ['/users/ann', '/users/{user}'],
  ['/users/42', '/users/{user}'],
  ['http://host:80/users/ann', '/users/{user}'],
  ['/users/', '/users/'],
  ['/users/ann/orders', '/users/ann/orders'],
  ['/users/ann/orders/7', '/users/{user}/orders/{order}'],
  ['/files/', '/files/{path...}'],
  ['/files/a/b%20c', '/files/{path...}'],
  ['/files', '/files'],
  ['/v1.0/x', '/v1.0/x'],
  ['/v120/x', '/v120/x'],
  ['/other/42', '/other/{id}'],
  ['*', '_OTHER'],
])('counts %s under %s', (path, route) => {
  const routes = ['/users/me', '/users/{user}', '/users/{user}/orders/{order}', '/files/{path...}', '/v1.0/x'];
  expect(table(...routes).routeOf(path)).toBe(route);
});

test('takes the first route that fits', () => {
  expect(table('/users/me', '/users/{user}').routeOf('/users/me')).toBe('/users/me');
  expect(table('/users/{user}', '/users/me').routeOf('/users/me')).toBe('/users/{user}');
});

test('forgets the routes of an earlier configuration', () => {
  const routes = table('/shop/{colour}');
  expect(routes.routeOf('/shop/blue')).toBe('/shop/{colour}');
  routes.use([]);
  expect(routes.routeOf('/shop/blue')).toBe('/shop/blue');
});

test('finds the declared route of one segment that is there, and else what the rules make of it, whatever arrives', () => {
  const routes = table('/a/{b}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const isOneSegment = text !== '' && !text.includes('/');
      expect(routes.routeOf(`/a/${text}`)).toBe(isOneSegment ? '/a/{b}' : routeOf(`/a/${text}`));
    }),
  );
});

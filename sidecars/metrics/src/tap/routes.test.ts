import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routeOf } from './routes.ts';

test.each([
  ['/', '/'],
  ['/users/42', '/users/{id}'],
  ['/users/42/orders/7/', '/users/{id}/orders/{id}/'],
  ['/v1/items', '/v1/items'],
  ['/api/v2beta1/x', '/api/v2beta1/x'],
  ['/o/4f0c4a53-9c1e-4d7a-8f2d-9a110b0f3b0e', '/o/{uuid}'],
  ['/blob/d41d8cd98f00b204e9800998ecf8427e', '/blob/{hash}'],
  ['/doc/507f1f77bcf86cd799439011', '/doc/{hash}'],
  ['/report/2026-11-24', '/report/{date}'],
  ['/report/2026-11-24T10:00:00Z', '/report/{date}'],
  ['/invoice-2041.pdf', '/invoice-{id}.pdf'],
  ['/invoice-7.pdf', '/invoice-{id}.pdf'],
  ['/static/main.3f2a9c1b.js', '/static/main.{hash}.js'],
  ['/order/ord_01HV7Y3K4W9Q2M8Z6X5C4B3N2A', '/order/{token}'],
  ['/mail/a.b@example.com', '/mail/{email}'],
  ['/q/caf%C3%A9', '/q/{text}'],
  ['/temperature/-12.5', '/temperature/{id}'],
  ['http://host:80/a/1', '/a/{id}'],
  ['http://host', '/'],
  ['*', '_OTHER'],
  ['host:443', '_OTHER'],
  ['/feedface', '/feedface'],
  [`/${'a'.repeat(100)}`, '/{token}'],
  [`/${'a/'.repeat(20)}`, '/a/a/a/a/a/a/a/a/a/a/a/a/{rest}'],
])('makes of %s the route %s', (path, route) => {
  expect(routeOf(path)).toBe(route);
});

test('makes short routes of safe characters of whatever arrives', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3000, unit: 'binary' }), (text) => {
      const route = routeOf(`/${text}`);
      expect(route.length).toBeLessThan(1000);
      expect(route).toMatch(/^[!-~]*$/);
    }),
  );
});

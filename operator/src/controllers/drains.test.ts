import { describe, expect, test } from 'vitest';
import { DrainLedger, drainOf } from './drains.ts';
import { pod } from './testing/builders.ts';

const ended = (name: string, state: object, container = 'standpipe-logs') =>
  pod(name, {}, { status: { initContainerStatuses: [{ name: container, state }] } });
const reported = (message: string) => ended('orders-1', { terminated: { exitCode: 0, message } });

test.each([
  ['its report', reported('{"linesLeft":3,"more":true}'), { pod: 'orders-1', linesLeft: 3 }],
  ['a report of nothing left', reported('{"linesLeft":0}'), { pod: 'orders-1', linesLeft: 0 }],
  ['a text of the kubelet', reported('Error: killed'), { pod: 'orders-1', linesLeft: null }],
  ['a report that was cut off', reported('{"linesLeft":'), { pod: 'orders-1', linesLeft: null }],
  ['JSON that is no report', reported('null'), { pod: 'orders-1', linesLeft: null }],
  ['a text for a number', reported('{"linesLeft":"3"}'), { pod: 'orders-1', linesLeft: null }],
  ['a number that is none of lines', reported('{"linesLeft":-1}'), { pod: 'orders-1', linesLeft: null }],
  ['a number beyond all numbers', reported('{"linesLeft":1e999}'), { pod: 'orders-1', linesLeft: null }],
  ['no message', ended('orders-1', { terminated: { exitCode: 137 } }), { pod: 'orders-1', linesLeft: null }],
  ['a sidecar that was still running', ended('orders-1', { running: {} }), { pod: 'orders-1', linesLeft: null }],
  ['a sidecar that never ran', ended('orders-1', { waiting: { reason: 'PodInitializing' } }), null],
  ['no log sidecar', ended('orders-1', { terminated: {} }, 'standpipe-metrics'), null],
  ['no status', pod('orders-1'), null],
])('a pod with %s left off as it says', (_, last, drain) => {
  expect(drainOf(last)).toEqual(drain);
});

describe('the totals', () => {
  const one = pod('orders-1');

  test('grow with each pod, and count apart what nobody saw', () => {
    const ledger = new DrainLedger();
    ledger.add(one, { pod: 'orders-1', linesLeft: 0 }, undefined);
    ledger.add(one, { pod: 'orders-2', linesLeft: 5 }, undefined);
    ledger.add(one, { pod: 'orders-3', linesLeft: null }, undefined);
    expect(ledger.totals('shop/orders')).toEqual({ pods: 2, unobserved: 1, linesLeft: 5 });
  });

  test('go on from the status once, and from themselves after that', () => {
    const ledger = new DrainLedger();
    const status = { pods: 10, unobserved: 1, linesLeft: 7 };
    ledger.add(one, { pod: 'orders-1', linesLeft: 1 }, status);
    ledger.add(one, { pod: 'orders-2', linesLeft: 1 }, status);
    expect(ledger.totals('shop/orders')).toEqual({ pods: 12, unobserved: 1, linesLeft: 9 });
  });

  test('of each Microservice are its own, and are forgotten with it', () => {
    const ledger = new DrainLedger();
    ledger.add(one, { pod: 'orders-1', linesLeft: 1 }, undefined);
    const other = pod('billing-1', { labels: { 'standpipe.dev/microservice': 'billing' } });
    ledger.add(other, { pod: 'billing-1', linesLeft: 2 }, undefined);
    ledger.forget('shop/orders');
    expect(ledger.totals('shop/orders')).toBeUndefined();
    expect(ledger.totals('shop/billing')).toEqual({ pods: 1, unobserved: 0, linesLeft: 2 });
    expect(ledger.totals('shop/none')).toBeUndefined();
  });
});

/**
 * Loaded before a process by `node --import`: its time of day is off by CLOCK_SKEW_SECONDS. Monotonic time, and the clock
 * by which TLS judges certificates, stay as they are.
 */
const skewMs = Number(process.env.CLOCK_SKEW_SECONDS) * 1000;
const now = Date.now;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget): Date =>
    Reflect.construct(target, args.length === 0 ? [now() + skewMs] : args, newTarget) as Date,
  apply: () => new Date().toString(),
  get: (target, property, receiver): unknown =>
    property === 'now' ? () => now() + skewMs : Reflect.get(target, property, receiver),
});

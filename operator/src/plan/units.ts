const durationUnits: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a duration as the API writes it: `90s`, `1m30s`, `720h`, `500ms`. */
export function seconds(duration: string): number {
  let total = 0;
  for (const [, number, unit] of duration.matchAll(/(\d+)(ms|[smh])/g))
    total += Number(number) * (durationUnits[unit ?? 's'] ?? 1);
  return total;
}

const sizeUnits: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Bytes of a size as the API writes it: `64Mi`. */
export function bytes(size: string): number {
  const [, number, unit] = /^(\d+)(Ki|Mi|Gi)$/.exec(size) ?? [];
  return Number(number ?? 0) * (sizeUnits[unit ?? ''] ?? 1);
}

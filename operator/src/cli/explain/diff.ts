import { commonItems } from '../align.ts';

/** So many unchanged lines stand around a change. */
const context = 3;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * What changes between two texts, as `diff -u` writes it (POSIX diff, "Diff -u Output Format").
 * @param name what both are called
 * @returns nothing where they are equal
 */
export function unifiedDiff(before: string, after: string, name: string): string[] {
  const lines = compare(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ sign }, i) => (sign === ' ' ? [] : i));
  if (changed.length === 0) return [];
  const hunks: string[] = [];
  for (let i = 0; i < changed.length; ) {
    const first = changed[i] ?? 0;
    let last = first;
    while (i < changed.length && (changed[i] ?? 0) - last <= 2 * context) last = changed[i++] ?? last;
    hunks.push(...hunk(lines, Math.max(0, first - context), Math.min(lines.length, last + context + 1)));
  }
  return [`--- ${name}`, `+++ ${name}, injected`, ...hunks];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = [];
  const say = (sign: Line['sign'], texts: readonly string[]) => lines.push(...texts.map((text) => ({ sign, text })));
  let [old, now] = [0, 0];
  const equal = (a: string, b: string) => a === b;
  for (const [i, j] of [...commonItems(before, after, equal), [before.length, after.length] as const]) {
    say('-', before.slice(old, i));
    say('+', after.slice(now, j));
    say(' ', before.slice(i, i + 1));
    [old, now] = [i + 1, j + 1];
  }
  return lines;
}

function hunk(lines: readonly Line[], from: number, to: number): string[] {
  const count = (sign: '-' | '+', some: readonly Line[]) => some.filter((line) => line.sign !== sign).length;
  const range = (other: '-' | '+') => {
    const [start, length] = [count(other, lines.slice(0, from)), count(other, lines.slice(from, to))];
    return `${length === 0 ? start : start + 1},${length}`;
  };
  const shown = lines.slice(from, to).map(({ sign, text }) => sign + text);
  return [`@@ -${range('+')} +${range('-')} @@`, ...shown];
}

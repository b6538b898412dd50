import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { grafanaJson } from '../../scripts/dashboards/grafana.ts';
import { boardFile, boards, generateBoard } from '../../scripts/generate-dashboards.ts';

interface GrafanaBoard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  }[];
}

describe.each(boards)('$title', (board) => {
  const { panels } = grafanaJson(board) as GrafanaBoard;

  test('is what the generator makes', () => {
    expect(readFileSync(boardFile(board), 'utf8')).toBe(generateBoard(board));
  });

  test('has an id for each panel', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('lays its panels side by side', () => {
    const cells = panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => ({ title, x: x + (i % w), y: y + Math.floor(i / w) })),
    );
    expect(cells.filter(({ x }) => x >= 24)).toEqual([]);
    expect(new Set(cells.map(({ x, y }) => `${x} ${y}`)).size).toBe(cells.length);
  });

  test('asks only for variables that there are', () => {
    const known = new Set([...board.variables.map(({ name }) => name), '__rate_interval', '1']);
    const expressions = board.rows.flatMap(({ panels }) =>
      panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
    );
    const used = [...expressions.join(' ').matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

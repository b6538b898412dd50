import type { Board } from '../../scripts/dashboards/board.ts';

/** A query of a dashboard's panel. */
export interface PanelQuery {
  readonly row: string;
  readonly panel: string;
  readonly legend: string;
  readonly expr: string;
}

/** All queries of a dashboard. @param variables what stands for `$name`, as Grafana would put it in */
export function panelQueries(board: Board, variables: Readonly<Record<string, string>>): readonly PanelQuery[] {
  const filled = (expr: string) => expr.replaceAll(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);
  return board.rows.flatMap(({ title: row, panels }) =>
    panels.flatMap(({ title: panel, queries }) =>
      queries.map(({ legend, expr }) => ({ row, panel, legend, expr: filled(expr) })),
    ),
  );
}

/** What a dashboard is made of, as far as ours differ from each other. `grafana.ts` makes Grafana's JSON of it. */

/** Units, by Grafana's ids of them: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
export type Unit = 'short' | 'reqps' | 'cps' | 'ops' | 'percentunit' | 's' | 'd' | 'bytes' | 'suffix: cores';

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** What its series are called, with `{{label}}`; in a table, the head of its column. */
  readonly legend: string;
  /** The unit of its column in a table, else the panel's. */
  readonly unit?: Unit;
}

/** One panel. Its title is unique in its dashboard: the id is made of it. */
export interface Panel {
  readonly title: string;
  /** Left out where the title says it all. */
  readonly description?: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of the 24 columns that a row has. */
  readonly width: number;
  /** Draw the series on top of each other, where their sum means something. */
  readonly stacked?: boolean;
  /** In a stat, the value from which it is red; below it is green. Without, it has no colour. */
  readonly redFrom?: number;
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A variable that is filled from the labels of a metric. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(...)` */
  readonly query: string;
  /** Whether several values, or all of them, can be chosen. */
  readonly several: boolean;
}

/** One dashboard. */
export interface Board {
  /** Part of its address, and for good. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

type PanelOptions = Partial<Omit<Panel, 'kind' | 'title' | 'queries' | 'unit'>>;

/** A panel of lines over time, half as wide as the dashboard where nothing else is said. */
export function lines(
  title: string,
  unit: Unit,
  queries: Readonly<Record<string, string>>,
  options: PanelOptions = {},
): Panel {
  return { kind: 'timeseries', title, unit, queries: byLegend(queries), width: 12, ...options };
}

/** A panel that shows the present value. */
export function stat(title: string, unit: Unit, expr: string, options: PanelOptions = {}): Panel {
  return { kind: 'stat', title, unit, queries: [{ expr, legend: '' }], width: 4, ...options };
}

/** Queries by their legends. */
function byLegend(queries: Readonly<Record<string, string>>): readonly Query[] {
  return Object.entries(queries).map(([legend, expr]) => ({ legend, expr }));
}

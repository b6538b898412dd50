import { createHash } from 'node:crypto';
import type { Board, Panel, Query, Variable } from './board.ts';

/** Grafana's own JSON of dashboards: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */

/** What Grafana puts a value in for. */
const filledIn = (name: string): string => `\${${name}}`;

/** The data source is chosen in the dashboard, so that it can be imported and provisioned as it is. */
const datasource = { type: 'prometheus', uid: filledIn('datasource') };

const heights: Readonly<Record<Panel['kind'], number>> = { timeseries: 8, stat: 4, table: 10 };

/** The dashboard that Grafana reads, from version 10 on. */
export function grafanaJson(board: Board): object {
  return {
    uid: board.uid,
    title: board.title,
    description: board.description,
    tags: ['standpipe'],
    // The schema of Grafana 10.0; later versions bring it up to their own.
    schemaVersion: 38,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [linkToOthers],
    templating: { list: [datasourceVariable, ...board.variables.map(variable)] },
    panels: layout(board),
  };
}

const datasourceVariable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Prometheus',
  query: 'prometheus',
  refresh: 1,
};

const linkToOthers = {
  type: 'dashboards',
  title: 'Standpipe',
  tags: ['standpipe'],
  icon: 'external link',
  tooltip: '',
  asDropdown: true,
  includeVars: false,
  keepTime: true,
  targetBlank: false,
};

function variable({ name, label, query, several }: Variable): object {
  return {
    type: 'query',
    name,
    label,
    datasource,
    definition: query,
    // A query of label values, as the editor of Prometheus' data source stores it.
    query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    // With each change of the time range: services come and go.
    refresh: 2,
    sort: 1,
    multi: several,
    includeAll: several,
    ...(several && { allValue: '.*', current: { text: 'All', value: '$__all', selected: true } }),
  };
}

/** Puts panels from left to right, as many as fit. */
function layout({ rows }: Board): readonly object[] {
  let y = 0;
  return rows.flatMap(({ title, panels }) => {
    const row = {
      id: idOf(`row ${title}`),
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: 24, h: 1 },
    };
    y += 1;
    let x = 0;
    let lineHeight = 0;
    const placed = panels.map((panel) => {
      if (x + panel.width > 24) {
        y += lineHeight;
        x = 0;
        lineHeight = 0;
      }
      const h = heights[panel.kind];
      const gridPos = { x, y, w: panel.width, h };
      x += panel.width;
      lineHeight = Math.max(lineHeight, h);
      return panelJson(panel, gridPos);
    });
    y += lineHeight;
    return [row, ...placed];
  });
}

function panelJson(panel: Panel, gridPos: object): object {
  const { kind, title, description, unit, queries } = panel;
  return {
    id: idOf(title),
    type: kind,
    title,
    ...(description !== undefined && { description }),
    gridPos,
    datasource,
    targets: queries.map((query, place) => target(panel, query, refId(place))),
    fieldConfig: {
      defaults: { unit, ...(kind !== 'table' && { min: 0 }), ...defaults(panel) },
      overrides: overrides(panel),
    },
    options: options(panel),
    ...(kind === 'table' && { transformations: transformations(queries) }),
  };
}

function target({ kind }: Panel, { expr, legend }: Query, ref: string): object {
  const table = kind === 'table';
  return {
    refId: ref,
    datasource,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    format: table ? 'table' : 'time_series',
    ...(kind === 'timeseries' ? { range: true } : { instant: true }),
  };
}

function defaults({ kind, stacked, redFrom }: Panel): object {
  if (kind === 'stat') {
    if (redFrom === undefined) return { color: { mode: 'fixed', fixedColor: 'text' } };
    const steps = [
      { color: 'green', value: null },
      { color: 'red', value: redFrom },
    ];
    return { thresholds: { mode: 'absolute', steps } };
  }
  if (kind === 'table') return {};
  return {
    custom: {
      lineWidth: 1,
      fillOpacity: stacked ? 30 : 0,
      showPoints: 'never',
      stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    },
  };
}

function options({ kind }: Panel): object {
  if (kind === 'table') return { showHeader: true, sortBy: [{ displayName: 'errors', desc: true }] };
  if (kind === 'stat') return { colorMode: 'value', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } };
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}

/** The units of a table's columns, and the way from its services to their dashboard. */
function overrides({ kind, unit, queries }: Panel): readonly object[] {
  if (kind !== 'table') return [];
  const units = queries.map((query) => override(query.legend, 'unit', query.unit ?? unit));
  const query = [
    `var-namespace=${filledIn('__data.fields.namespace')}`,
    `var-microservice=${filledIn('__data.fields.microservice')}`,
    filledIn('datasource:queryparam'),
  ];
  const link = { title: 'Show the service', url: `/d/standpipe-service?${query.join('&')}` };
  return [...units, override('microservice', 'links', [link])];
}

function override(column: string, id: string, value: unknown): object {
  return { matcher: { id: 'byName', options: column }, properties: [{ id, value }] };
}

/** One line for each service, of the results of all queries. */
function transformations(queries: readonly Query[]): readonly object[] {
  const renamed = queries.map(({ legend }, place) => [`Value #${refId(place)}`, legend]);
  const renameByName = { ...Object.fromEntries(renamed), microservice_namespace: 'namespace' };
  return [
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName: { Time: true }, indexByName: {}, renameByName } },
  ];
}

const refId = (place: number): string => String.fromCharCode('A'.charCodeAt(0) + place);

/** A number made of the title: links to a panel hold when others come before it. */
function idOf(title: string): number {
  return createHash('sha256').update(title).digest().readUInt32BE() >>> 2;
}

import type { Label } from '../../../common/src/family.ts';
import { exampleCount } from '../exposition/series.ts';
import type { Exchange } from '../tap/exchange.ts';
import { newRow, type Row } from './row.ts';
import type { RowBudget } from './row-budget.ts';
import { notFoundName, overflowName, type RowKind } from './row-kind.ts';

/** A name and its rows by detail. */
interface NamedRows {
  readonly name: string;
  readonly rows: Map<number, Row>;
}

/** Paths whose name is remembered, and the longest of them. Together some hundred kilobytes at most. */
const cachedPaths = 1024;
const cachedPathLength = 256;

/** The rows of one kind on one port. Finding a row takes two look-ups for a path that was seen before. */
export class RowTable {
  readonly rows: Row[] = [];
  readonly kind: RowKind;
  /** Exchanges that were counted in a row with less detail, by what was lost. */
  readonly overflow = { name: 0, detail: 0 };
  /** The first few names that there was no room for. */
  readonly overflowExamples: string[] = [];
  private readonly port: string;
  private readonly budget: RowBudget;
  private readonly known = new Map<string, NamedRows>();
  private readonly byPath = new Map<string, NamedRows>();
  private lastResort: Row | undefined;

  constructor(kind: RowKind, port: string, budget: RowBudget) {
    this.kind = kind;
    this.port = port;
    this.budget = budget;
  }

  /** The row that an exchange is counted in. */
  rowOf(exchange: Exchange): Row {
    const named = this.byPath.get(exchange.path) ?? this.resolve(exchange.path);
    const detail = this.kind.detailOf(exchange);
    return named.rows.get(detail) ?? this.addRow(named.name, detail);
  }

  /** Makes names of paths anew: they are made in another way now. Rows that are there stay. */
  forgetPaths(): void {
    this.byPath.clear();
  }

  /** The rows for a path; none while none has been made for its name. */
  private resolve(path: string): NamedRows {
    const name = this.kind.nameOf(path);
    const named = this.known.get(name);
    // Only names that are there to stay are remembered by path: an empty one would hide the one that comes later.
    if (named === undefined) return { name, rows: new Map() };
    if (path.length <= cachedPathLength) {
      if (this.byPath.size >= cachedPaths) this.byPath.clear();
      this.byPath.set(path, named);
    }
    return named;
  }

  private addRow(name: string, detail: number): Row {
    const isKnown = this.known.has(name);
    const target = !isKnown && this.kind.isNotFound(detail) ? notFoundName : name;
    return this.rowIn(target, detail) ?? this.overflowRow(name, detail);
  }

  /** The row of a name, made if the budget allows. */
  private rowIn(name: string, detail: number): Row | undefined {
    const found = this.known.get(name)?.rows.get(detail);
    if (found !== undefined || !this.budget.takeRow()) return found;
    return this.insert(name, detail);
  }

  private overflowRow(name: string, detail: number): Row {
    this.overflow.name += 1;
    const { overflowExamples } = this;
    if (overflowExamples.length < exampleCount && !overflowExamples.includes(name)) overflowExamples.push(name);
    const found = this.known.get(overflowName)?.rows.get(detail);
    if (found !== undefined) return found;
    if (this.budget.takeOverflowRow()) return this.insert(overflowName, detail);
    this.overflow.detail += 1;
    if (this.lastResort === undefined) {
      this.lastResort = newRow(this.labels(overflowName, undefined));
      this.rows.push(this.lastResort);
    }
    return this.lastResort;
  }

  private insert(name: string, detail: number): Row {
    const row = newRow(this.labels(name, detail));
    const named = this.known.get(name) ?? { name, rows: new Map() };
    this.known.set(name, named);
    named.rows.set(detail, row);
    this.rows.push(row);
    return row;
  }

  private labels(name: string, detail: number | undefined): readonly Label[] {
    return [['port', this.port], ...this.kind.labelsOf(name, detail)];
  }
}

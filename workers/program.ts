/** Compiles columns with a pattern of absent ones to the kernel's program; kernel/layout.ts has its form. */

import type { DocumentOptions } from '../src/formats/document.ts';
import type { Field } from '../src/formats/fields.ts';
import type { Filter } from '../src/formats/filter/filter.ts';
import { type Columns, MAX_COLUMNS } from '../src/formats/header.ts';
import type { Arena } from './arena.ts';
import { type FilterTables, placeFilter } from './filter-code.ts';
import * as layout from './kernel/layout.ts';
import { documentParts, type Part, type ShapeFacts, type VariantTable } from './shape.ts';

/** Longest texts of the geo tables, in bytes: they bound what a document can need. */
export interface FragmentBounds {
  readonly asBytes: number;
  readonly geoBytes: number;
}

/** What an op needs at most beside its literal; columns and the line are counted by `copies`, slots by the caller. */
function opBytes(part: Exclude<Part, string>, bounds: FragmentBounds): number {
  switch (part.op) {
    case layout.OP_START:
    case layout.OP_END_TIME:
      return 24;
    case layout.OP_SOURCE_AS:
    case layout.OP_DESTINATION_AS:
      return bounds.asBytes;
    case layout.OP_SOURCE_GEO:
    case layout.OP_DESTINATION_GEO:
      return bounds.geoBytes;
    case layout.OP_COMMUNITY:
      return layout.COMMUNITY_BYTES;
    case layout.OP_VARIANT:
      return Math.max(...(part.table ?? []).map((text) => Buffer.byteLength(text)));
    case layout.OP_START_DATE:
    case layout.OP_END_DATE:
    case layout.OP_OBJECT_DATE:
      return (part.argument ?? 0) & layout.DATE_BYTES_MASK;
    case layout.OP_OFFSET:
    case layout.OP_ID_OFFSET:
      return 20;
    default:
      return 0;
  }
}

/** The check of a column's value; undefined where any text will do. With a filter behind it, it looks nothing up. */
function checkOf(field: Field, hasFilter: boolean): number | undefined {
  const isSource = field.targets.some((path) => path.startsWith('source.'));
  switch (field.kind) {
    case 'address':
      if (hasFilter) return isSource ? layout.CHECK_SOURCE_ONLY : layout.CHECK_DESTINATION_ONLY;
      return isSource ? layout.CHECK_SOURCE : layout.CHECK_DESTINATION;
    case 'port':
      return isSource ? layout.CHECK_SOURCE_PORT : layout.CHECK_DESTINATION_PORT;
    case 'ip':
      return layout.CHECK_ADDRESS;
    case 'protocol':
      return layout.CHECK_PROTOCOL;
    case 'count':
    case 'loss':
      return layout.CHECK_COUNT;
    case 'epoch':
      return field.targets.includes('event.end') ? layout.CHECK_END_TIME : layout.CHECK_START;
    case 'action':
      return layout.CHECK_ACTION;
    case 'flags':
      return layout.CHECK_FLAGS;
    case 'text':
      return undefined;
  }
}

/**
 * Whether the kernel may take lines of these columns: some column must refuse text, else a header line in the middle
 * of an object would pass for a record. A time before the most columns there can be is one too many for a pattern.
 */
export function kernelTakes(columns: Columns): boolean {
  if (columns.fields.length > MAX_COLUMNS) return false;
  return columns.fields.some((field) => field !== null && field.kind !== 'text' && field.kind !== 'action');
}

const MAX_LITERAL_BYTES = 65_535;

/** Joins neighbouring literals; each op gets the literal before it. */
function joinLiterals(parts: readonly Part[]): readonly (readonly [literal: Buffer, op: Exclude<Part, string>])[] {
  const ops: [Buffer, Exclude<Part, string>][] = [];
  let literal = '';
  for (const part of [...parts, { op: layout.OP_END }]) {
    if (typeof part === 'string') {
      literal += part;
      continue;
    }
    let bytes = Buffer.from(literal);
    while (bytes.length > MAX_LITERAL_BYTES) {
      ops.push([bytes.subarray(0, MAX_LITERAL_BYTES), { op: layout.OP_LITERAL }]);
      bytes = bytes.subarray(MAX_LITERAL_BYTES);
    }
    ops.push([bytes, part]);
    literal = '';
  }
  return ops;
}

/** Puts variant tables on the heap once each. */
export class VariantTables {
  readonly #addresses = new Map<VariantTable, number>();

  /** The table's address; null when the heap is full. */
  place(table: VariantTable, arena: Arena): number | null {
    const known = this.#addresses.get(table);
    if (known !== undefined) return known;
    const at = arena.allocate(table.length * 8);
    if (at === null) return null;
    for (const [i, text] of table.entries()) {
      const placed = arena.allocateText(text);
      if (placed === null) return null;
      arena.words.setUint32(at + i * 8, placed[0], true);
      arena.words.setUint32(at + i * 8 + 4, placed[1], true);
    }
    this.#addresses.set(table, at);
    return at;
  }

  /** Forgets all places: the heap was given back. */
  clear(): void {
    this.#addresses.clear();
  }
}

/** What a program is made of, beside its columns and their pattern. */
export interface ProgramContext {
  readonly options: DocumentOptions;
  readonly facts: ShapeFacts;
  readonly bounds: FragmentBounds;
  readonly tables: VariantTables;
  readonly filterTables: FilterTables;
}

/** The checks of a program's columns. With `mixed`, of both addresses' family; with a filter, they look nothing up. */
export function writeChecks(
  columns: Columns,
  absent: (column: number) => boolean,
  mixed: boolean,
  hasFilter: boolean,
): Buffer {
  const checks: number[] = [];
  for (const [i, field] of columns.fields.entries()) {
    const check = field === null || absent(i) ? undefined : checkOf(field, hasFilter);
    if (check !== undefined) checks.push(check, i, 0, 0);
  }
  if (mixed) checks.push(layout.CHECK_FAMILIES, 0, 0, 0);
  checks.push(layout.CHECK_END, 0, 0, 0);
  return Buffer.from(checks);
}

/** The first test of the filter, as `placeFilter` gives it: FILTER_KEEP, too, where all lines of the pattern pass. */
export function filterAddress(
  { fields }: Columns,
  absent: (column: number) => boolean,
  filter: Filter | null,
  tables: FilterTables,
  arena: Arena,
): number | null {
  if (filter === null) return layout.FILTER_KEEP;
  const present = new Map(fields.flatMap((field, i) => (field === null || absent(i) ? [] : [[field.name, i]])));
  return placeFilter(filter.test, (name) => present.get(name), tables, arena);
}

/** Compiles a program onto the arena's heap: its address; null when the heap is full. */
export function compileProgram(
  columns: Columns,
  absent: (column: number) => boolean,
  context: ProgramContext,
  arena: Arena,
): number | null {
  const filter = filterAddress(columns, absent, context.options.filter, context.filterTables, arena);
  if (filter === null) return null;
  const ops = joinLiterals(documentParts(columns, absent, context.options, context.facts));
  const checks = writeChecks(
    columns,
    absent,
    ops.some(([, part]) => part.op === layout.OP_COMMUNITY),
    filter !== layout.FILTER_KEEP,
  );
  const opsAt = layout.PROGRAM_CHECKS + ((checks.length + 15) & ~15);
  const program = arena.allocate(opsAt + ops.length * layout.OP_BYTES);
  if (program === null) return null;

  const copies = new Map<number, number>();
  let fixedBytes = 0;
  for (const [i, [literal, part]] of ops.entries()) {
    const at = program + opsAt + i * layout.OP_BYTES;
    const text = arena.allocate(literal.length);
    const table = part.table === undefined ? 0 : context.tables.place(part.table, arena);
    if (text === null || table === null) return null;
    literal.copy(arena.bytes, text);
    arena.words.setUint8(at, part.op);
    arena.words.setUint8(at + 1, part.argument ?? 0);
    arena.words.setUint16(at + 2, literal.length, true);
    arena.words.setUint32(at + 4, text, true);
    arena.words.setUint32(at + 8, table, true);
    fixedBytes += literal.length + opBytes(part, context.bounds);
    const column = part.op === layout.OP_COLUMN ? (part.argument ?? 0) : -1;
    if (column >= 0 || part.op === layout.OP_ORIGINAL) copies.set(column, (copies.get(column) ?? 0) + 1);
  }
  // No part of the line is copied more often than the column that is copied most; the whole line comes on top.
  const most = Math.max(0, ...[...copies].filter(([column]) => column >= 0).map(([, times]) => times));
  arena.words.setUint32(program + layout.PROGRAM_FIXED_BYTES, fixedBytes, true);
  arena.words.setUint32(program + layout.PROGRAM_COPIES, most + (copies.get(-1) ?? 0), true);
  arena.words.setUint32(program + layout.PROGRAM_OPS, opsAt, true);
  arena.words.setUint32(program + layout.PROGRAM_FILTER, filter, true);
  checks.copy(arena.bytes, program + layout.PROGRAM_CHECKS);
  return program;
}

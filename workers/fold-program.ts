/** Compiles columns with a pattern of absent ones to the fold's program; kernel/fold-layout.ts has its form. */

import type { Filter } from '../src/formats/filter/filter.ts';
import type { Columns } from '../src/formats/header.ts';
import type { Arena } from './arena.ts';
import type { FilterTables } from './filter-code.ts';
import * as foldLayout from './kernel/fold-layout.ts';
import * as layout from './kernel/layout.ts';
import { filterAddress, writeChecks } from './program.ts';

/** What the checks read of a record, if it has a value. */
const HAS: readonly (readonly [field: string, bit: number])[] = [
  ['srcaddr', foldLayout.FOLD_HAS_SOURCE],
  ['dstaddr', foldLayout.FOLD_HAS_DESTINATION],
  ['protocol', foldLayout.FOLD_HAS_PROTOCOL],
  ['start', foldLayout.FOLD_HAS_START],
  ['end', foldLayout.FOLD_HAS_END],
];

/** Compiles a program onto the arena's heap: its address; null when the heap is full. */
export function compileFold(
  columns: Columns,
  absent: (column: number) => boolean,
  filter: Filter | null,
  tables: FilterTables,
  arena: Arena,
): number | null {
  const first = filterAddress(columns, absent, filter, tables, arena);
  const checks = writeChecks(columns, absent, false, { looksUp: false, asNumbers: false });
  const program = arena.allocate(layout.PROGRAM_CHECKS + checks.length);
  if (first === null || program === null) return null;
  const present = new Map(columns.fields.flatMap((field, i) => (field === null || absent(i) ? [] : [[field.name, i]])));
  const column = (field: string): number => present.get(field) ?? foldLayout.NO_COLUMN;
  arena.bytes[program + foldLayout.FOLD_INTERFACE] = column('interface-id');
  arena.bytes[program + foldLayout.FOLD_STATUS] = column('log-status');
  arena.bytes[program + foldLayout.FOLD_BYTES] = column('bytes');
  arena.bytes[program + foldLayout.FOLD_HAS] = HAS.reduce(
    (bits, [field, bit]) => bits | (present.has(field) ? bit : 0),
    0,
  );
  arena.words.setUint32(program + layout.PROGRAM_FILTER, first, true);
  checks.copy(arena.bytes, program + layout.PROGRAM_CHECKS);
  return program;
}

/** The shape of an event for Sekoia, as shape.ts has that of a document: a JSON string with its newline. */

import type { Columns } from '../src/formats/header.ts';
import { isParquetNumber, parquetName, type SekoiaForm, textPlaces } from '../src/formats/sekoia.ts';
import * as layout from './kernel/layout.ts';
import type { Part } from './shape.ts';

const column = (argument: number): Part => ({ op: layout.OP_COLUMN, argument });

/** The parts of an event; `absent(i)`: column i is `-`. Lines that the kernel takes have nothing to be escaped. */
export function eventParts(form: SekoiaForm, columns: Columns, absent: (column: number) => boolean): readonly Part[] {
  const parts = form === 'sekoia' ? textParts(columns, absent) : jsonParts(columns, absent);
  return ['"', ...parts, '"\n'];
}

function textParts(columns: Columns, absent: (column: number) => boolean): readonly Part[] {
  return textPlaces(columns).flatMap((place, i) => {
    const value = place.column === -1 || absent(place.column) ? place.absent : column(place.column);
    return i === 0 ? [value] : [' ', value];
  });
}

/** JSON inside a JSON string: each quote has a backslash. */
function jsonParts({ fields }: Columns, absent: (column: number) => boolean): readonly Part[] {
  const members = fields.flatMap((field, i) => {
    if (field === null || absent(i)) return [];
    const quote = isParquetNumber(field) ? '' : '\\"';
    return [[`\\"${parquetName(field)}\\":${quote}`, column(i), quote]];
  });
  return ['{', ...members.flatMap((member, i) => (i === 0 ? member : [',', ...member])), '}'];
}

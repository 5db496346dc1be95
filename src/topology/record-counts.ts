/** How many records became what. */

import type { FoldedCounts } from './contract.ts';

/** Records by what became of them, with those that the filter left out: the sum of all but the first is the first. */
export interface RecordCounts extends FoldedCounts {
  readonly filtered: number;
}

/** Of nothing. */
export const NO_RECORDS: RecordCounts = {
  records: 0,
  folded: 0,
  noData: 0,
  unknownInterface: 0,
  noDirection: 0,
  publicRemote: 0,
  deadLetters: 0,
  filtered: 0,
};

/** Two counts as one. */
export function addRecords(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {
    records: a.records + b.records,
    folded: a.folded + b.folded,
    noData: a.noData + b.noData,
    unknownInterface: a.unknownInterface + b.unknownInterface,
    noDirection: a.noDirection + b.noDirection,
    publicRemote: a.publicRemote + b.publicRemote,
    deadLetters: a.deadLetters + b.deadLetters,
    filtered: a.filtered + b.filtered,
  };
}

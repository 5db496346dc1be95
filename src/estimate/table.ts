/** Tables of text. */

/** A row: its cells, and what is said behind them. A row may have fewer cells than the table. */
export interface Row {
  readonly cells: readonly string[];
  readonly remark?: string;
}

/** Rows under their heads, two blanks between columns: the first is set to the left, the others to the right. */
export function tableText(heads: readonly string[], rows: readonly Row[]): string {
  const all: readonly Row[] = [{ cells: heads }, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map(({ cells }) => cells[column]?.length ?? 0)));
  return all
    .map(({ cells, remark = '' }) => {
      const set = cells.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      );
      return `${[...set, remark].join('  ').trimEnd()}\n`;
    })
    .join('');
}

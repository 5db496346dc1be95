/** Tables of text. */

/** A cell; numbers as text are set to the right. */
export type Row = readonly string[];

/**
 * Rows under their heads, columns two blanks apart: the first to the left, the others to the right. A row with fewer
 * cells ends in a remark, which may be as wide as it likes.
 */
export function tableText(heads: Row, rows: readonly Row[]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row.length < heads.length && column > 0 ? 0 : row[column]!.length))),
  );
  return [heads, ...rows]
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === 0
          ? cell.padEnd(widths[0]!)
          : row.length < heads.length
            ? cell
            : cell.padStart(widths[column] as number),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

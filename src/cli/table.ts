/** Rows in columns: words to the left, numbers to the right. */

/** The first row is the head. `right`: from this column on they are numbers. */
export function columnsOf(rows: readonly (readonly string[])[], right = Number.POSITIVE_INFINITY): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i >= right ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

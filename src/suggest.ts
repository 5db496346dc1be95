/** "Did you mean …?": the known word that is nearest to a mistyped one. */

/** Number of insertions, deletions, changes and swaps of neighbours between two words. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The nearest of the known words, or undefined where none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  let found: string | undefined;
  let foundDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const away = candidate.startsWith(typed) && typed.length >= 3 ? 1 : distance(typed, candidate.toLowerCase());
    if (away < foundDistance) [found, foundDistance] = [candidate, away];
  }
  return foundDistance <= Math.max(1, Math.floor(typed.length * 0.4)) ? found : undefined;
}

/** ` (did you mean X?)` for a message, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[], dashes = ''): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` (did you mean ${dashes}${near}?)`;
}

/** From counters at moments to rates over equal spans of time. */

/** More points than this are no wider than a pixel on a telephone. */
const MOST_SPANS = 120;

/** Equal spans that a time is cut into. */
export interface Spans {
  readonly seconds: number;
  readonly count: number;
}

/** The spans of samples: no more than there are, so that each has a sample of its own on the average. */
export function spansOf(seconds: readonly number[]): Spans {
  const last = seconds.at(-1) ?? 0;
  return { seconds: last, count: last <= 0 ? 0 : Math.max(1, Math.min(MOST_SPANS, seconds.length - 1)) };
}

/** The value at a moment, on the straight line between the samples around it. */
function valueAt(moment: number, seconds: readonly number[], values: readonly number[]): number {
  const after = seconds.findIndex((one) => one >= moment);
  if (after <= 0) return values[after === 0 ? 0 : values.length - 1] ?? 0;
  const [s0, s1] = [seconds[after - 1]!, seconds[after]!];
  const [v0, v1] = [values[after - 1]!, values[after]!];
  return s1 === s0 ? v1 : v0 + ((v1 - v0) * (moment - s0)) / (s1 - s0);
}

/** What a counter grew by a second, in each span. */
export function ratesOf(seconds: readonly number[], counter: readonly number[], spans: Spans): readonly number[] {
  const width = spans.seconds / spans.count;
  const at = Array.from({ length: spans.count + 1 }, (_, i) => valueAt(i * width, seconds, counter));
  return at.slice(1).map((value, i) => Math.max(0, value - at[i]!) / width);
}

/** The last value of each span, for what goes up and down; a span without a sample has that of the one before. */
export function levelsOf(seconds: readonly number[], values: readonly number[], spans: Spans): readonly number[] {
  const width = spans.seconds / spans.count;
  let at = 0;
  return Array.from({ length: spans.count }, (_, i) => {
    const end = (i + 1) * width + 1e-9;
    while (at + 1 < seconds.length && seconds[at + 1]! <= end) at++;
    return values[at] ?? 0;
  });
}

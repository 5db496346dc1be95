/** Where the lines of a chart are, and what stands beside them. */

const SECOND_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const MINUTE_STEPS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60);
const HOUR_STEPS = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336].map((hours) => hours * 3600);
const TIME_STEPS = [...SECOND_STEPS, ...MINUTE_STEPS, ...HOUR_STEPS];

/** So many labels fit on a telephone. */
const MOST_TIMES = 5;
const MOST_VALUES = 4;

/** Values from 0 at equal steps of 1, 2 or 5 times a power of ten; the last is `most` or more. */
export function valueTicks(most: number, isWhole = false): readonly number[] {
  if (most <= 0) return [0, 1];
  const rough = Math.max(most / MOST_VALUES, isWhole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const count = Math.ceil((most / step) * 0.999_999);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

/** Times from 0 up to `seconds`. */
export function timeTicks(seconds: number): readonly number[] {
  const step = TIME_STEPS.find((one) => seconds / one < MOST_TIMES) ?? seconds;
  const ticks: number[] = [];
  for (let i = 0; i * step <= seconds * 1.000_001; i++) ticks.push(i * step);
  return ticks;
}

/** A moment of a run: 0.5 s, 90 s, 12 min, 3 h, 1 h 30 min. */
export function timeLabel(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 3600) {
    const rest = Math.round(seconds % 60);
    return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
  }
  const minutes = Math.round((seconds % 3600) / 60);
  return `${Math.floor(seconds / 3600)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
}

/** Numbers as people read them: thousands separated, sizes in MiB, times in seconds, minutes and hours. */

const MIB = 2 ** 20;

/** A whole number with commas: 1,234,567. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number of at most five characters: 999, 1.23k, 45.6k, 2.10M. */
export function formatShort(value: number): string {
  const whole = Math.round(value);
  if (whole < 1000) return String(whole);
  const [unit, factor] = whole < 999_500 ? ['k', 1e3] : whole < 999_500_000 ? ['M', 1e6] : ['G', 1e9];
  return `${(whole / factor).toPrecision(3)}${unit}`;
}

/** A size in MiB: 0.12 MiB, 3.4 MiB, 1,234 MiB. */
export function formatBytes(bytes: number): string {
  const mib = bytes / MIB;
  if (mib >= 100) return `${formatCount(mib)} MiB`;
  return `${mib.toFixed(mib >= 1 || mib === 0 ? 1 : 2)} MiB`;
}

/** A span of time: 0.42 s, 12.3 s, 2 min 5 s, 3 h 7 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A share as a whole percentage. */
export function formatShare(part: number, whole: number): string {
  return whole <= 0 ? '0 %' : `${Math.round((100 * part) / whole)} %`;
}

/** Decimals of single-precision numbers. */

/**
 * The double whose shortest decimal is the shortest decimal of a float32.
 *
 * The float32 nearest to 51.5143 is 51.51430130004883 when seen as a double; readers that know it as a float print
 * 51.5143, as Java's `Float.toString` does, and so does what this returns.
 */
export function shortestFloat32(value: number): number {
  // Below 512 floats lie closer than 0.0001 to each other, so at most one decimal of four places is nearest to this
  // one, and every shorter one is among those. All coordinates of real databases go this way.
  if (Math.abs(value) < 512) {
    const rounded = Math.round(value * 10_000) / 10_000;
    if (Math.fround(rounded) === value) return rounded;
  }
  // 9 significant digits always suffice (https://en.wikipedia.org/wiki/Single-precision_floating-point_format).
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
}

/** From a sample to the whole. */

import type { Sampled } from './sample.ts';

/** A guess, and the ends between which it lies 19 times out of 20; null where one object alone was sampled. */
export interface Estimate {
  readonly expected: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Quantiles of Student's t at 97.5 % for 1, 2, 3 … degrees of freedom. */
const T_975 = [
  12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const T_975_MANY = 1.96;

/** A member of what was sampled for each byte of its object. */
function perByte(sampled: Sampled, member: Member): number {
  return sampled[member] / sampled.readBytes;
}

/** What can be told of the whole. */
export type Member = 'plainBytes' | 'records' | 'documents' | 'filtered' | 'documentBytes';

/**
 * What all objects of `bytes` together have. Objects of the sample count as they are; the others by the mean of the
 * sample, whose chances were in proportion to size. So a sample of everything is no guess. Null without a sample.
 */
export function extrapolate(samples: readonly Sampled[], member: Member, bytes: number): Estimate | null {
  const rates = samples.map((one) => perByte(one, member));
  if (rates.length === 0) return null;
  const seen = samples.reduce((sum, one, at) => sum + rates[at]! * one.objectBytes, 0);
  const isExact = samples.every(({ readBytes, objectBytes }) => readBytes === objectBytes);
  const unseenBytes = Math.max(0, bytes - samples.reduce((sum, one) => sum + one.objectBytes, 0));
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const expected = Math.round(seen + mean * unseenBytes);
  if (unseenBytes === 0 && isExact) return { expected, low: expected, high: expected };
  if (rates.length === 1) return { expected, low: null, high: null };
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
  const half = (T_975[rates.length - 2] ?? T_975_MANY) * Math.sqrt(variance / rates.length);
  // Objects that were read in part are guesses, too.
  const guessedBytes =
    unseenBytes + samples.reduce((sum, { objectBytes, readBytes }) => sum + objectBytes - readBytes, 0);
  const known = expected - mean * guessedBytes;
  return {
    expected,
    low: Math.round(known + Math.max(0, mean - half) * guessedBytes),
    high: Math.round(known + (mean + half) * guessedBytes),
  };
}

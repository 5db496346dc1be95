/** How a run into a cluster goes on: its rate, and the limit of requests at a time. */

import type { Permits } from '../src/delivery/permits.ts';
import { median } from './rounds.ts';

/** What a run had come to at a time. */
export interface ProgressSample {
  /** Milliseconds since the first request was sent. */
  readonly atMs: number;
  /** Documents that the cluster had answered for. */
  readonly documents: number;
}

/** A run from its first request to its last answer. */
export interface Course {
  readonly samples: readonly ProgressSample[];
  /** Requests that were allowed at a time: at the first request, and each second after it. */
  readonly limits: readonly number[];
}

const SAMPLE_MS = 50;
const LIMIT_MS = 1000;

const WINDOW_MS = 1000;
const SHARE = 0.9;

/** Shorter runs have no plateau: the second half has to hold a window or two. */
const LEAST_MS = 4 * WINDOW_MS;

/** Watches a run from now on by what its workers share; what it gives ends that. */
export function watchCourse(permits: Permits): () => Course {
  const samples: ProgressSample[] = [];
  const limits: number[] = [];
  let began = 0;
  const look = () => {
    if (permits.tally('requests') === 0) return;
    const now = performance.now();
    if (began === 0) began = now;
    const documents = permits.tally('accepted');
    // After the last answer nothing changes any more.
    if (documents !== samples.at(-1)?.documents) samples.push({ atMs: now - began, documents });
    if (now - began >= limits.length * LIMIT_MS) limits.push(permits.limit);
  };
  const timer = setInterval(look, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    look();
    return { samples, limits };
  };
}

/**
 * Seconds from the first request until the rate comes to 90 % of the plateau, null for a run of less than four seconds.
 *
 * The rate at a time is the number of documents answered for in the second before it; it begins one second after the
 * first request, so that nothing is found sooner than that. The plateau is the median of the rates in the second half of
 * the run. Answers come for whole bodies, so that a rate is exact to one body a second; samples are 50 ms apart, one for
 * each time at which there were new answers.
 */
export function secondsToPlateau(samples: readonly ProgressSample[]): number | null {
  const endMs = samples.at(-1)?.atMs ?? 0;
  if (endMs < LEAST_MS) return null;
  const rates: { readonly atMs: number; readonly rate: number }[] = [];
  let old = 0;
  for (const { atMs, documents } of samples) {
    if (atMs < WINDOW_MS) continue;
    while ((samples[old + 1] as ProgressSample).atMs <= atMs - WINDOW_MS) old++;
    rates.push({ atMs, rate: documents - (samples[old] as ProgressSample).documents });
  }
  const plateau = median(rates.filter(({ atMs }) => atMs >= endMs / 2).map(({ rate }) => rate));
  const reached = rates.find(({ rate }) => rate >= SHARE * plateau);
  return reached === undefined ? null : reached.atMs / 1000;
}

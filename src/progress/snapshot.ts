import type { QueueFacts } from '../sources/source.ts';

/** How delivery to a cluster goes. */
export interface DeliveryFacts {
  /** Requests that may be under way at a time, as it stands now, and the most that were. */
  readonly concurrency: number;
  readonly mostUnderWay: number;
  readonly requests: number;
  /** Requests that the cluster pushed back: 429, 5xx, no answer. */
  readonly pushbacks: number;
  /** Documents that the cluster took (or had), and those it refused. */
  readonly accepted: number;
  readonly refused: number;
  /** Documents that were sent more than once. */
  readonly resent: number;
  /** The cluster blocks writes, and that is waited for. */
  readonly isBlocked: boolean;
}

/** Where a run stands, as counters that only grow. */
export interface ProgressSnapshot {
  readonly objectsListed: number;
  /** False while the listing goes on: what is left is then more than is known. */
  readonly listingDone: boolean;
  readonly objectsDone: number;
  /** Compressed bytes of the objects listed so far. */
  readonly bytesListed: number;
  /** Compressed bytes read. */
  readonly bytesDone: number;
  readonly records: number;
  readonly documents: number;
  readonly deadLetters: number;
  /** Records that the filter left out. */
  readonly filtered: number;
  readonly bytesOut: number;
  /** Where documents go to a cluster. */
  readonly delivery?: DeliveryFacts;
  /** Where objects come from a queue. */
  readonly queue?: QueueFacts;
}

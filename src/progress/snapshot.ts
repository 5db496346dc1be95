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
  readonly bytesOut: number;
}

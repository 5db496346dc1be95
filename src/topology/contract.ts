/** What the fold of flow logs and what is made of it share: plain data. */

/** A network interface that flow logs name, as far as the fold needs it. */
export interface FoldInterface {
  /** Its id, such as eni-0123456789abcdef0. */
  readonly id: string;
  /** Its own addresses in text, IPv4 and IPv6: what tells direction. */
  readonly addresses: readonly string[];
}

/** What one interface logged between its own address and a private remote one: a row of the folded table. */
export interface FoldedRow {
  /** Index of the interface in the list that was given. */
  readonly interface: number;
  /** Canonical texts. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** Bytes that the interface sent to and received from the remote address. */
  readonly bytesOut: bigint;
  readonly bytesIn: bigint;
  readonly recordsOut: number;
  readonly recordsIn: number;
  /** IANA protocol number where all records have the same, else null. */
  readonly protocol: number | null;
  /** Least start and greatest end, seconds of the epoch; null where no record had one. */
  readonly startS: number | null;
  readonly endS: number | null;
}

/** How many records were left out, by why. */
export interface FoldedCounts {
  readonly records: number;
  readonly folded: number;
  /** NODATA and SKIPDATA. */
  readonly noData: number;
  readonly unknownInterface: number;
  /** Neither address is one of the interface's. */
  readonly noDirection: number;
  readonly publicRemote: number;
  readonly deadLetters: number;
}

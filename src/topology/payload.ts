/** Bodies for StackState's receiver: elements in batches, as the JSON that its intake takes. */

import { type Elements, instanceOf, type MapOf } from './elements.ts';

/** How much one body may hold: StackState's agent goes by both, and no limit of the receiver's is documented. */
export interface BatchLimits {
  readonly elements: number;
  readonly bodyBytes: number;
}

/** Whether a batch opens a snapshot, and whether it closes one. All that is not between is deleted. */
export interface SnapshotMarks {
  readonly start: boolean;
  readonly stop: boolean;
}

/** Elements of some connections. Those of one connection stay together. */
export interface Batch {
  readonly connections: readonly Elements[];
  readonly marks: SnapshotMarks;
}

/** Room for what stands around the elements. */
const FRAME_BYTES = 1_024;

const countOf = ({ components, relations, metrics }: Elements): number =>
  components.length + relations.length + metrics.length;

/**
 * Elements in batches. One that is larger than the limits by itself is alone. With `isSnapshot` the first batch opens a
 * snapshot and the last closes it, and there is one batch at least; without, there is none for nothing.
 */
export function* batchesOf(all: Iterable<Elements>, limits: BatchLimits, isSnapshot: boolean): Generator<Batch> {
  let connections: Elements[] = [];
  let elements = 0;
  let bytes = FRAME_BYTES;
  let start = isSnapshot;
  for (const one of all) {
    const count = countOf(one);
    const oneBytes = Buffer.byteLength(JSON.stringify(one));
    if (connections.length > 0 && (elements + count > limits.elements || bytes + oneBytes > limits.bodyBytes)) {
      yield { connections, marks: { start, stop: false } };
      start = false;
      connections = [];
      elements = 0;
      bytes = FRAME_BYTES;
    }
    connections.push(one);
    elements += count;
    bytes += oneBytes;
  }
  if (connections.length > 0 || isSnapshot) yield { connections, marks: { start, stop: isSnapshot } };
}

/** A batch in two, for a receiver that finds it too large; null where it holds one connection or none. */
export function halved({ connections, marks }: Batch): readonly [Batch, Batch] | null {
  if (connections.length < 2) return null;
  const middle = connections.length >> 1;
  return [
    { connections: connections.slice(0, middle), marks: { start: marks.start, stop: false } },
    { connections: connections.slice(middle), marks: { start: false, stop: marks.stop } },
  ];
}

/**
 * The body of a batch, as StackState documents it for its receiver ("StackState Receiver API", "send topology data over
 * HTTP", "send metrics over HTTP"). Holds the API key.
 */
export function bodyOf({ connections, marks }: Batch, of: MapOf, apiKey: string): string {
  return JSON.stringify({
    apiKey,
    collection_timestamp: of.nowS,
    internalHostname: of.hostname,
    events: {},
    metrics: connections.flatMap(({ metrics }) => metrics),
    service_checks: [],
    health: [],
    topologies: [
      {
        start_snapshot: marks.start,
        stop_snapshot: marks.stop,
        instance: instanceOf(of),
        delete_ids: [],
        components: connections.flatMap(({ components }) => components),
        relations: connections.flatMap(({ relations }) => relations),
      },
    ],
  });
}

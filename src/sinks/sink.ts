/** What every sink of documents looks like to the rest of the house. Made in each worker from plain data. */

import type { BulkSpec } from '../delivery/bulk-spec.ts';
import type { IntakeSpec } from '../delivery/intake-spec.ts';
import { Permits } from '../delivery/permits.ts';
import type { UnderWayPlace } from '../ledger/under-way.ts';
import type { SourceObject } from '../sources/source.ts';
import type { BodyPart, DocumentAccount } from './document-account.ts';

/** Where documents go, as plain data that crosses threads. */
export type SinkSpec =
  | { readonly kind: 'folder'; readonly root: string; readonly gzip: boolean; readonly partBytes: number | null }
  | {
      readonly kind: 'stream';
      /** The open file, pipe or device: descriptors belong to the whole process. */
      readonly descriptor: number;
      /** What to call it in errors. */
      readonly name: string;
      readonly gzip: boolean;
      /** One Int32: 1 while a worker writes. */
      readonly lock: SharedArrayBuffer;
    }
  | { readonly kind: 'cluster'; readonly bulk: BulkSpec }
  | {
      readonly kind: 'sekoia';
      readonly intake: IntakeSpec;
      /** Where notes are of what was sent of objects; null where nothing is kept from run to run. */
      readonly underWay: UnderWayPlace | null;
    };

/** What workers share about the server that documents go to; null where they go elsewhere. */
export function permitsOf(sink: SinkSpec): Permits | null {
  if (sink.kind === 'cluster') return new Permits(sink.bulk.limits, sink.bulk.permits);
  return sink.kind === 'sekoia' ? new Permits(sink.intake.limits, sink.intake.permits) : null;
}

/** How an object ended for its sink. */
export type ObjectEnd = 'whole' | 'damaged';

/** Takes the bodies of objects. Methods throw E_SINK_*, E_CLUSTER_* and E_PIPE_CLOSED, which end the run. */
export interface Sink {
  /** A body may hold documents of several objects; else one is given away at the end of each. */
  readonly bodiesSpanObjects: boolean;
  /** Milliseconds of CPU that deliveries have taken so far while their promises were waited for. */
  readonly cpuMs: number;
  /** These objects come next: says of each whether its documents may be stored already. */
  expect(accounts: readonly DocumentAccount[]): Promise<void>;
  /** Begins an object. */
  begin(object: SourceObject): void;
  /**
   * Takes a body with the documents of `parts`, whose accounts it fills; it may be filled again when the promise is
   * kept. Gives the bytes written.
   */
  deliver(body: Buffer, parts: readonly BodyPart[]): Promise<number>;
  /** The object's documents are all delivered: makes them visible under their final name. */
  end(how: ObjectEnd): Promise<void>;
  /** Takes back what was begun for the object, where that can be done; says whether it could. */
  abandon(): Promise<boolean>;
  /** Time-named indices that documents went to since the last call, as far as they were seen. */
  takeIndices(): readonly string[];
}

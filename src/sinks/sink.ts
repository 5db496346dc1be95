/** What every sink of documents looks like to the rest of the house. Made in each worker from plain data. */

import type { SourceObject } from '../sources/source.ts';

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
    };

/** How an object ended for its sink. */
export type ObjectEnd = 'whole' | 'damaged';

/** Takes the bodies of one object after the other. Methods throw E_SINK_* and E_PIPE_CLOSED. */
export interface Sink {
  /** Begins an object. */
  begin(object: SourceObject): void;
  /** Takes a body; it may be filled again when the promise is kept. Gives the bytes written. */
  deliver(body: Buffer): Promise<number>;
  /** The object's documents are all delivered: makes them visible under their final name. */
  end(how: ObjectEnd): Promise<void>;
  /** Takes back what was begun for the object, where that can be done. */
  abandon(): Promise<void>;
}

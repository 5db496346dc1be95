/** Makes the sink that plain data describes. */

import { ClusterSink } from './cluster.ts';
import type { DeadLetterFile } from './dead-letters.ts';
import { FolderSink } from './folder.ts';
import { SekoiaSink } from './sekoia.ts';
import type { Sink, SinkSpec } from './sink.ts';
import { StreamSink } from './stream.ts';

/** What a worker lends its sink. */
export interface SinkContext {
  /** Names the run, for temporary files and dead letters. */
  readonly run: string;
  readonly deadLetters: DeadLetterFile;
  /** Aborted when the run stops. */
  readonly signal: AbortSignal;
}

/** Makes a worker's sink. */
export function openSink(spec: SinkSpec, context: SinkContext): Sink {
  switch (spec.kind) {
    case 'folder':
      return new FolderSink(spec, context.run);
    case 'stream':
      return new StreamSink(spec);
    case 'cluster':
      return new ClusterSink(spec.bulk, context);
    case 'sekoia':
      return new SekoiaSink(spec.intake, spec.underWay, context);
  }
}

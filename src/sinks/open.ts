/** Makes the sink that plain data describes. */

import { FolderSink } from './folder.ts';
import type { Sink, SinkSpec } from './sink.ts';
import { StreamSink } from './stream.ts';

/** Makes a worker's sink; `run` names the run, for temporary files. */
export function openSink(spec: SinkSpec, run: string): Sink {
  return spec.kind === 'folder' ? new FolderSink(spec, run) : new StreamSink(spec);
}

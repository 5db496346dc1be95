/** DESTINATION on the command line: what it is, opened. */

import { closeSync, openSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import type { SinkSpec } from './sink.ts';
import { sinkError } from './write.ts';

const STDOUT_DESCRIPTOR = 1;

/** How documents are written. */
export interface OutputOptions {
  readonly gzip: boolean;
  /** Where a new part begins, in a folder; null for one file an object. */
  readonly partBytes: number | null;
  /** Makes temporary names the run's own. */
  readonly run: string;
}

/** A destination that is open. */
export interface Destination {
  readonly spec: SinkSpec;
  readonly isStdout: boolean;
  /** Everything is written: a single file gets its name. Throws E_SINK_*. */
  commit(): void;
  /** Not everything is written: nothing half is left under a final name. */
  rollBack(): void;
}

function statOf(text: string): Stats | null {
  try {
    return statSync(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw sinkError(error, text);
  }
}

function streamOf(descriptor: number, name: string, gzip: boolean): SinkSpec {
  return { kind: 'stream', descriptor, name, gzip, lock: new SharedArrayBuffer(4) };
}

function open(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw sinkError(error, file);
  }
}

/**
 * Opens DESTINATION: `-` is standard output; a folder is one that exists or ends in `/`; a device, pipe or socket is
 * written directly; anything else is a file, written under a temporary name until it is whole.
 * Throws E_USAGE and E_SINK_*.
 */
export function openDestination(text: string, options: OutputOptions): Destination {
  const { gzip, partBytes, run } = options;
  const keep = { commit() {}, rollBack() {} };
  if (text === '-') return { spec: streamOf(STDOUT_DESCRIPTOR, 'standard output', gzip), isStdout: true, ...keep };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new FlowbulkError('E_USAGE', `DESTINATION "${text}" cannot be converted into: give a file, a folder or -`);
  }
  const found = statOf(text);
  if (found?.isDirectory() || (found === null && /[/\\]$/.test(text))) {
    return { spec: { kind: 'folder', root: text, gzip, partBytes }, isStdout: false, ...keep };
  }
  if (found !== null && !found.isFile()) return { spec: streamOf(open(text), text, gzip), isStdout: false, ...keep };

  const temporary = path.join(path.dirname(text), `.${path.basename(text)}.${run}.tmp`);
  const descriptor = open(temporary);
  return {
    spec: streamOf(descriptor, text, gzip),
    isStdout: false,
    commit() {
      closeSync(descriptor);
      try {
        renameSync(temporary, text);
      } catch (error) {
        throw sinkError(error, text);
      }
    },
    rollBack() {
      closeSync(descriptor);
      rmSync(temporary, { force: true });
    },
  };
}

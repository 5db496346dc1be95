/** Writing to files and pipes, with errors that say what to do. */

import { writeSync } from 'node:fs';
import { FlowbulkError } from '../errors.ts';

/**
 * How long to wait for a pipe that is full and does not block (Node makes those of standard output so) before asking
 * again: a quick reader empties its 64 KB in less, a slow one need not be asked often. Waiting in between, unlike a
 * blocking write, lets a stopped worker end.
 */
const SHORTEST_WAIT_MS = 0.05;
const LONGEST_WAIT_MS = 2;

const waiting = new Int32Array(new SharedArrayBuffer(4));

/** What went wrong with an output, as an error of ours. */
export function sinkError(error: unknown, name: string): FlowbulkError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return new FlowbulkError('E_PIPE_CLOSED', `${name} was closed by its reader`);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FlowbulkError('E_SINK_FULL', `no space left for ${name}: make room and run again`, { cause: error });
  }
  return new FlowbulkError('E_SINK_UNWRITABLE', `cannot write ${name}: ${message}`, { cause: error });
}

/**
 * Writes all of `bytes`, waiting where a pipe is full. Throws E_SINK_FULL, E_SINK_UNWRITABLE and E_PIPE_CLOSED, which
 * call the output `name`. Returns when the kernel has the bytes.
 */
export function writeWhole(descriptor: number, bytes: Uint8Array, name: string): void {
  let at = 0;
  let waitMs = SHORTEST_WAIT_MS;
  while (at < bytes.length) {
    try {
      at += writeSync(descriptor, bytes, at, bytes.length - at);
      waitMs = SHORTEST_WAIT_MS;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw sinkError(error, name);
      Atomics.wait(waiting, 0, 0, waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }
}

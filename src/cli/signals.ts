/** Ctrl-C, SIGTERM and a closed standard output, as one abort signal. */

import { FlowbulkError } from '../errors.ts';

/** The stop signal of the process, and which exit code a stop leads to. */
export interface Stop {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came, else null. */
  exitCode(): number | null;
}

/**
 * Listens for what ends the program early. The first signal asks for a clean stop, the second one ends it at once.
 */
export function listenForStop(): Stop {
  const controller = new AbortController();
  let code: number | null = null;
  const stop = (name: 'SIGINT' | 'SIGTERM') => () => {
    const reason =
      name === 'SIGINT'
        ? new FlowbulkError('E_STOPPED', 'stopped by Ctrl-C')
        : new FlowbulkError('E_TERMINATED', 'stopped by SIGTERM');
    if (code !== null) process.exit(reason.exitCode);
    code = reason.exitCode;
    controller.abort(reason);
  };
  process.on('SIGINT', stop('SIGINT'));
  process.on('SIGTERM', stop('SIGTERM'));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const closed = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
    controller.abort(
      closed
        ? new FlowbulkError('E_PIPE_CLOSED', 'standard output was closed')
        : new FlowbulkError('E_SINK_UNWRITABLE', `standard output cannot be written: ${error.message}`),
    );
  });
  // Nobody listens to what is said any more: the work goes on.
  process.stderr.on('error', () => {});
  return { signal: controller.signal, exitCode: () => code };
}

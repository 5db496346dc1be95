/** How workers hear that the run stops. */

import { BroadcastChannel } from 'node:worker_threads';
import { FlowbulkError } from '../src/errors.ts';
import { type CommonConfig, STOP_STEPS } from './config.ts';

/** Aborted at each step of stopping. */
export interface StopSignals {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** Listens for the steps, also those told before. Keeps no process alive. */
export function stopSignals({ stopFlag, stopChannel }: Pick<CommonConfig, 'stopFlag' | 'stopChannel'>): StopSignals {
  const drain = new AbortController();
  const stop = new AbortController();
  const channel = new BroadcastChannel(stopChannel);
  const onStep = () => {
    const step = Atomics.load(new Int32Array(stopFlag), 0);
    if (step >= STOP_STEPS.drain) drain.abort(new FlowbulkError('E_STOPPED', 'stopped'));
    if (step >= STOP_STEPS.stop) stop.abort(new FlowbulkError('E_STOPPED', 'stopped'));
  };
  channel.onmessage = onStep;
  onStep();
  (channel as unknown as { unref(): void }).unref();
  return { drain: drain.signal, stop: stop.signal };
}

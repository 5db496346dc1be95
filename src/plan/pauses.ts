/** Reading a listing that may wait for what comes: its pauses are told, and it is not waited for beyond the end of a run. */

/** Stands between values where nothing more came for a while. */
export const PAUSE = Symbol('pause');

/**
 * Passes values through as they are asked for. While none comes, gives PAUSE every `pauseMs`: a value that was given is
 * followed by another or by PAUSE within that time. Ends when the signal is aborted, also while a value is waited for.
 */
export async function* withPauses<T>(
  values: AsyncIterable<T>,
  pauseMs: number,
  signal: AbortSignal,
): AsyncGenerator<T | typeof PAUSE> {
  const iterator = values[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<T>> | null = null;
  let wake = () => {};
  // One timer for all values, not one for each: there may be millions.
  const timer = setInterval(() => wake(), pauseMs);
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const pause = new Promise<typeof PAUSE>((resolve) => {
        wake = () => resolve(PAUSE);
      });
      pending ??= iterator.next();
      const result = await Promise.race([pending, pause]);
      if (result === PAUSE) {
        if (!signal.aborted) yield PAUSE;
        continue;
      }
      pending = null;
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
    // One that waits for something to come is not waited for: its own signal ends it, or its source's close.
    const closed = Promise.all([pending, iterator.return?.()]);
    if (pending === null) await closed;
    else closed.catch(() => {});
  }
}

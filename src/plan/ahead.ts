/** Working ahead of a reader by a bounded number of steps, in order. */

/** Maps items with up to `width` calls under way, yielding results in the order of the items. */
export async function* mapAhead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  for await (const item of items) {
    under.push(watched(map(item)));
    if (under.length >= width) {
      yield await under.shift()!;
    }
  }
  while (under.length > 0) {
    yield await under.shift()!;
  }
}

/** Reads one step ahead of the reader: while it works on a value, the next one is already being fetched. */
export async function* readAhead<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]();
  let next = watched(iterator.next());
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) {
        return;
      }
      next = watched(iterator.next());
      yield result.value;
    }
  } finally {
    await next.catch(() => {});
    await iterator.return?.();
  }
}

/** Values of several sources as they come; each is read one step ahead. Order holds within a source only. */
export async function* merged<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = (at: number) => watched(iterators[at]!.next().then((result) => ({ at, result })));
  const under = new Map(iterators.map((_, at) => [at, next(at)]));
  try {
    while (under.size > 0) {
      const { at, result } = await Promise.race(under.values());
      if (result.done === true) {
        under.delete(at);
        continue;
      }
      under.set(at, next(at));
      yield result.value;
    }
  } finally {
    await Promise.allSettled(under.values());
    await Promise.allSettled(iterators.map((iterator) => iterator.return?.()));
  }
}

/** A promise that may fail before it is awaited: without a handler Node would end the process. */
function watched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

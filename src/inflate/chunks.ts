/** Cutting and joining of byte streams, without copies. */

/** Bytes in order, as any source gives them. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Cuts one chunk into views of at most `maxBytes`. */
export function* cut(chunk: Uint8Array, maxBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += maxBytes) {
    yield chunk.length <= maxBytes ? chunk : chunk.subarray(at, at + maxBytes);
  }
}

/**
 * Reads until `wantedBytes` are there or the stream ends: gives that head and an iterable of the whole stream, head
 * included. The stream is closed with the iterable; where that is never begun, call `close`.
 */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  wantedBytes: number,
): Promise<{ head: Uint8Array; whole: AsyncGenerator<Uint8Array>; close: () => Promise<void> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const close = async () => {
    await iterator.return?.();
  };
  const first: Uint8Array[] = [];
  let have = 0;
  while (have < wantedBytes) {
    const next = await iterator.next();
    if (next.done === true) {
      break;
    }
    if (next.value.length > 0) {
      first.push(next.value);
      have += next.value.length;
    }
  }
  async function* whole() {
    try {
      yield* first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await close();
    }
  }
  const head = first.length === 1 ? first[0]! : Buffer.concat(first);
  return { head: head.subarray(0, wantedBytes), whole: whole(), close };
}

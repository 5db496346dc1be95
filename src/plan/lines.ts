/** Lines of a byte stream that is read as a list: of keys, or of rows. */

/** Yields the lines of UTF-8 text without their ends (LF or CRLF), empty ones left out. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const line = part.endsWith('\r') ? part.slice(0, -1) : part;
      if (line !== '') {
        yield line;
      }
    }
  }
  const last = (rest + decoder.decode()).replace(/\r$/, '');
  if (last !== '') {
    yield last;
  }
}

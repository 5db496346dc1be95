/** The parts of a body, by object. */

import type { BodyPart } from '../sinks/document-account.ts';

/**
 * Parts of the first `count` documents, and of the others. `after` gives a part without its first documents, as far as
 * more than their number changes.
 */
export function cutParts<Part extends BodyPart>(
  parts: readonly Part[],
  count: number,
  after: (part: Part, documents: number) => Part,
): readonly [Part[], Part[]] {
  const first: Part[] = [];
  const others: Part[] = [];
  let before = 0;
  for (const part of parts) {
    const { documents } = part;
    const inFirst = Math.max(0, Math.min(documents, count - before));
    if (inFirst > 0) first.push({ ...part, documents: inFirst });
    if (inFirst < documents) others.push({ ...after(part, inFirst), documents: documents - inFirst });
    before += documents;
  }
  return [first, others];
}

/** Documents that lie ready in memory: as bodies of `_bulk` for the plain loop, as texts and ids for vendors' helpers. */

import type { LoadedObject } from './bench-set.ts';
import type { PreparedBody } from './plain-loop.ts';
import type { Subject } from './subject.ts';

const NEWLINE = 10;
const ACTION_ID = /"_id":"([^"]*)"/;

/** Documents with their ids, each at the same place. */
export interface PreparedDocuments {
  readonly documents: readonly string[];
  readonly ids: readonly string[];
}

/** Where each document of a body ends, its action line before it. */
function* documentEnds(bytes: Buffer): Generator<number> {
  for (let at = 0; at < bytes.length; ) {
    at = bytes.indexOf(NEWLINE, bytes.indexOf(NEWLINE, at) + 1) + 1;
    yield at;
  }
}

/** Bodies with all documents of the objects, none larger than `bodyBytes`. `subject` must make bulk bodies. */
export function prepareBodies(
  subject: Subject,
  objects: readonly LoadedObject[],
  bodyBytes: number,
): readonly PreparedBody[] {
  const bodies: PreparedBody[] = [];
  let room = Buffer.allocUnsafeSlow(bodyBytes);
  let used = 0;
  let items = 0;
  const close = () => {
    if (items > 0) bodies.push({ bytes: room.subarray(0, used), items });
    room = Buffer.allocUnsafeSlow(bodyBytes);
    used = items = 0;
  };
  for (const { context, text } of objects) {
    subject.convertText(context, text, (bytes) => {
      let start = 0;
      for (const end of documentEnds(bytes)) {
        if (used + end - start > bodyBytes) close();
        used += bytes.copy(room, used, start, end);
        items++;
        start = end;
      }
    });
  }
  close();
  return bodies;
}

/** Documents in a bulk body, by id. Throws where an action line has none. */
export function* documentsById(bytes: Buffer): Generator<readonly [id: string, document: string]> {
  let start = 0;
  for (const end of documentEnds(bytes)) {
    const middle = bytes.indexOf(NEWLINE, start);
    const action = bytes.toString('latin1', start, middle);
    const id = ACTION_ID.exec(action)?.[1];
    if (id === undefined) throw new Error(`an action line without id: ${action}`);
    yield [id, bytes.toString('utf8', middle + 1, end - 1)];
    start = end;
  }
}

/** The documents of bodies as texts, with their ids. */
export function prepareDocuments(bodies: readonly PreparedBody[]): PreparedDocuments {
  const documents: string[] = [];
  const ids: string[] = [];
  for (const { bytes } of bodies) {
    for (const [id, document] of documentsById(bytes)) {
      ids.push(id);
      documents.push(document);
    }
  }
  return { documents, ids };
}

/** Documents of several bodies. */
export function itemsOf(bodies: readonly PreparedBody[]): number {
  return bodies.reduce((sum, { items }) => sum + items, 0);
}

/** Windows of log groups that a run has begun: time goes on, and what is later than those is for the next run. */

import { objectOf } from '../plan/lister.ts';
import type { IsKnown, Listed } from '../sources/source.ts';

/** Passes a listing on up to the last object of each log group that is known. */
export async function* upToBegun(listed: AsyncIterable<Listed>, isKnown: IsKnown): AsyncGenerator<Listed> {
  const heldBack = new Map<string | null, Listed[]>();
  for await (const item of listed) {
    const object = objectOf(item);
    const held = heldBack.get(object.bucket) ?? [];
    if (isKnown(object)) {
      heldBack.delete(object.bucket);
      yield* held;
      yield item;
    } else {
      held.push(item);
      heldBack.set(object.bucket, held);
    }
  }
}

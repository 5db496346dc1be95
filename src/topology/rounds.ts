/**
 * Rounds of a map that StackState gets: list, fold, send, note, delete.
 *
 * ```
 * list ─▶ what the ledger lacks ─▶ interfaces ─▶ fold ─▶ note the round ─▶ send ─▶ ledger ─▶ delete
 * ```
 *
 * Nothing is noted as done before StackState has taken all of the round, and nothing is deleted before it is noted. A
 * round that came to no end is done again first, from the same objects (pending.ts).
 */

import type { ObjectOutcome } from '../../workers/config.ts';
import type { FoldedObject } from '../../workers/fold-config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { parseKey } from '../plan/keys.ts';
import { objectOf } from '../plan/lister.ts';
import { syncDeadLetters } from '../sinks/dead-letters.ts';
import type { BucketClient, NotDeleted } from '../sources/bucket.ts';
import type { Listed, Selection, Source, SourceObject } from '../sources/source.ts';
import { checkVersioning, deleteObjects } from './deletion.ts';
import { elementsOf, type MapOf } from './elements.ts';
import type { KnownInterfaces } from './known-interfaces.ts';
import type { MapPlan, TopologyMap } from './map.ts';
import { type BatchLimits, batchesOf } from './payload.ts';
import type { PendingRound } from './pending.ts';
import type { Receiver } from './receiver.ts';
import { NO_RECORDS } from './record-counts.ts';
import type { RoundSummary } from './round-text.ts';

/** What stays the same from round to round. */
export interface RoundsPlan {
  readonly map: Omit<MapPlan, 'listed' | 'interfaces'>;
  readonly source: Source;
  readonly receiver: Receiver;
  readonly limits: BatchLimits;
  /** Each round is all that there is: StackState forgets what is not in it. */
  readonly isSnapshot: boolean;
  /** What StackState has taken; null where each round reads everything that is selected. */
  readonly ledger: Ledger | null;
  readonly pending: PendingRound | null;
  /** Where objects are deleted once they are taken; null where they stay. */
  readonly bucket: BucketClient | null;
  /** Objects that failed: they are left to the next run, and not told anew in each round. */
  readonly failed: Set<string>;
  /** What to list in a round that begins now, and the time of the oldest objects. */
  selection(nowMs: number): { readonly selection: Selection; readonly sinceMs: number };
  interfaces(listed: readonly Listed[], signal: AbortSignal): Promise<KnownInterfaces>;
  mapOf(listed: readonly Listed[], interfaces: KnownInterfaces, signal: AbortSignal): Promise<MapOf>;
  makeMap(plan: MapPlan): Promise<TopologyMap>;
  onTrouble(object: FoldedObject): void;
  onStayed(stayed: NotDeleted): void;
}

/** The time of an object: the one in its name, else its own. */
function timeOf(object: SourceObject): number {
  return parseKey(object.key).timeMs ?? object.lastModifiedMs;
}

/** An object as it was listed: one that is written anew is another. */
function versionOf({ key, etag, size, lastModifiedMs }: SourceObject): string {
  return [key, etag, size, lastModifiedMs].join(' ');
}

/** What is listed, but what is older than `sinceMs`. */
export async function listSince(
  source: Source,
  { selection, sinceMs }: { readonly selection: Selection; readonly sinceMs: number },
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for await (const item of source.list(selection, signal)) {
    if (timeOf(objectOf(item)) >= sinceMs) listed.push(item);
  }
  return listed;
}

/** One round; null where there was nothing to do. Throws E_SOURCE_*, E_SINK_*, E_USAGE and the signal's reason. */
export async function round(plan: RoundsPlan, signal: AbortSignal): Promise<RoundSummary | null> {
  const { bucket, ledger, pending } = plan;
  if (bucket !== null) await checkVersioning(bucket, signal);
  const again = pending?.read() ?? null;
  const all = again ?? (await listSince(plan.source, plan.selection(Date.now()), signal));
  const isTaken = (item: Listed) => again === null && ledger !== null && ledger.isDone(objectOf(item));
  const fresh = all.filter((item) => !isTaken(item) && !plan.failed.has(versionOf(objectOf(item))));
  // The ledger has done with damaged objects, too, of which nothing was taken.
  const isWhole = (object: SourceObject) => ledger?.entryOf(object)?.state === 'done';
  const known = all.filter(isTaken).map(objectOf);
  const taken = bucket === null ? [] : known.filter(isWhole);
  if (all.length === 0) return null;
  const sent = fresh.length === 0 ? null : await mapAndSend(plan, fresh, again !== null, signal);
  const { deleted, stayed } = await remove(plan, [...taken, ...(sent?.done ?? [])], signal);
  if (sent === null && deleted + stayed === 0) return null;
  const besides = { skipped: known.length, deleted, stayed };
  return sent === null ? summaryOf(null, besides) : summaryOf(sent.map, { ...besides, sent: sent.requests });
}

/** What was sent of a round. */
interface SentRound {
  readonly map: TopologyMap;
  /** Objects of which every record was taken. */
  readonly done: readonly SourceObject[];
  readonly requests: RoundSummary['sent'];
}

async function mapAndSend(
  plan: RoundsPlan,
  listed: readonly Listed[],
  isAgain: boolean,
  signal: AbortSignal,
): Promise<SentRound> {
  const { receiver, ledger, pending } = plan;
  const before = { ...receiver.sent };
  const interfaces = await plan.interfaces(listed, signal);
  const map = await plan.makeMap({ ...plan.map, listed, interfaces });
  const done = map.objects.filter(({ outcome }) => outcome === 'done').map(({ object }) => object);
  if (!isAgain && done.length > 0) pending?.begin(done);
  const of = await plan.mapOf(listed, interfaces, signal);
  const isWhole = done.length === listed.length;
  for (const batch of batchesOf(elements(map, of), plan.limits, plan.isSnapshot && isWhole)) {
    await receiver.send(batch, of, signal);
  }
  for (const one of map.objects) {
    if (one.outcome === 'done') continue;
    plan.onTrouble(one);
    plan.failed.add(versionOf(one.object));
  }
  if (ledger !== null) {
    // Nobody else has these lines once their objects are done with.
    if (map.counts.deadLetters > 0) syncDeadLetters(plan.map.deadLetterPath);
    ledger.record(map.objects.map(asOutcome));
    ledger.flush();
  }
  pending?.end();
  const { requests, resent, bytes } = receiver.sent;
  const own = { requests: requests - before.requests, resent: resent - before.resent, bytes: bytes - before.bytes };
  return { map, done, requests: own };
}

function* elements({ connections }: TopologyMap, of: MapOf) {
  for (const connection of connections) yield elementsOf(connection, of);
}

/** An object as the ledger has it: there are no documents to be counted. */
function asOutcome({ object, outcome, error }: FoldedObject): ObjectOutcome {
  const none = { records: 0, created: 0, duplicates: 0, failureStore: 0, filtered: 0 };
  return { object, outcome, error, ...none, deadLetters: {}, rejects: {}, indices: null };
}

async function remove(
  { bucket, onStayed }: RoundsPlan,
  objects: readonly SourceObject[],
  signal: AbortSignal,
): Promise<{ readonly deleted: number; readonly stayed: number }> {
  if (bucket === null || objects.length === 0) return { deleted: 0, stayed: 0 };
  const { deleted, stayed } = await deleteObjects(bucket, objects, signal);
  for (const one of stayed) onStayed(one);
  return { deleted, stayed: stayed.length };
}

/** What a map is of, and what became of its objects besides. */
export function summaryOf(
  map: TopologyMap | null,
  besides: Partial<RoundSummary> & { skipped?: number } = {},
): RoundSummary {
  const { skipped = 0, ...others } = besides;
  const count = (wanted: ObjectOutcome['outcome']) =>
    (map?.objects ?? []).filter(({ outcome }) => outcome === wanted).length;
  return {
    objects: { done: count('done'), damaged: count('damaged'), failed: count('failed'), skipped },
    counts: map?.counts ?? NO_RECORDS,
    connections: map?.count ?? 0,
    leftOut: map?.leftOut ?? 0,
    sent: { requests: 0, resent: 0, bytes: 0 },
    deleted: 0,
    stayed: 0,
    ...others,
  };
}

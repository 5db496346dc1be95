/** Verifies a job: its ledger against SOURCE and against what is in the target. */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { WorkerConfig } from '../../workers/config.ts';
import { contextOf } from '../../workers/context.ts';
import type { ClusterApi } from '../cluster/api.ts';
import type { DocumentOptions } from '../formats/document.ts';
import type { Columns } from '../formats/header.ts';
import { geoImage } from '../geo/build.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { addTotals, noTotals } from '../ledger/totals.ts';
import { mapAhead } from '../plan/ahead.ts';
import { parseKey } from '../plan/keys.ts';
import { objectOf } from '../plan/lister.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Listed, Selection, Source, SourceObject } from '../sources/source.ts';
import { type SourceSpec, withRegion } from '../sources/spec.ts';
import { type CountedPlace, countedPlaces, expectedOf, isSelected, ownCount, pathsToCount } from './counted-place.ts';
import { compareObjects } from './deep.ts';
import { logRows } from './log-rows.ts';
import { IdReader } from './object-ids.ts';
import { outputLines } from './output-lines.ts';
import { PICK_SEED, Picks, quotas } from './picks.ts';
import { type Countable, TargetCounts } from './target-counts.ts';
import type { Verification, VerifiedRow, WrongOutput } from './verification.ts';

/** Counts under way at a time. */
const COUNTS_AHEAD = 8;
const OUTPUTS_AHEAD = 4;

/** Objects that are named where the ledger does not have them. */
const NAMED = 3;

/** Where documents are looked for. */
export type VerifiedTarget =
  | { readonly kind: 'cluster'; readonly api: ClusterApi; readonly name: string }
  | { readonly kind: 'folder'; readonly root: string };

/** What is to be verified. */
export interface VerifyAsked {
  readonly source: string;
  readonly destination: string;
  readonly spec: SourceSpec;
  readonly open: Source;
  /** SOURCE listed; null where it cannot be listed again. */
  readonly listed: AsyncIterable<Listed> | null;
  readonly selection: Selection;
  readonly ledger: Ledger;
  readonly target: VerifiedTarget;
  readonly options: DocumentOptions;
  readonly format: Columns | null;
  /** Objects to read again and to compare id by id; null for none. */
  readonly deep: number | null;
  /** These instead of picked ones. */
  readonly deepObjects: readonly SourceObject[] | null;
}

/** What verifying found, with the objects that should be sent again. */
export interface Verified {
  readonly verification: Verification;
  readonly lacking: readonly SourceObject[];
  /** Objects that were compared id by id. */
  readonly compared: readonly SourceObject[];
}

/** How every `log.file.path` of the source begins. */
async function pathBase(spec: SourceSpec, bucketRegion: string | null): Promise<string> {
  // None can be counted by the beginning of paths: a queue's objects lie in any bucket.
  if (spec.kind === 'stdin' || spec.kind === 'sqs' || spec.kind === 'cloudwatch') return '';
  if (spec.kind === 's3') {
    const object = {
      kind: 's3',
      bucket: spec.bucket,
      key: '',
      path: null,
      etag: null,
      size: 0,
      lastModifiedMs: 0,
    } as const;
    const config: Pick<WorkerConfig, 'source' | 'bucketRegion'> & { readonly options: Pick<DocumentOptions, 'ids'> } = {
      source: spec,
      bucketRegion,
      options: { ids: 'none' },
    };
    return contextOf(object, config as WorkerConfig).path;
  }
  const root = path.resolve(spec.root);
  // Where the folder is gone, keys of its files are still below it.
  const isFile = await stat(root).then(
    (found) => !found.isDirectory(),
    () => false,
  );
  const folder = isFile ? path.dirname(root) : root;
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}

/** What the listing is compared by. */
interface Looked {
  listing: { objects: number; unbegun: number; readonly examples: string[] };
  readonly picks: Picks;
  /** Lines of outputs by day, account and region. */
  readonly lines: Map<string, { objects: number; lines: number }>;
  readonly wrong: WrongOutput[];
  readonly wrongObjects: SourceObject[];
}

const groupKey = (day: number, account: string, region: string): string => `${day} ${account} ${region}`;

function groupOfObject({ key }: SourceObject): string {
  const { day, account, region } = parseKey(key);
  return groupKey(day ?? 0, account ?? '-', region ?? '-');
}

const isFinished = (entry: Pick<Entry, 'state'>): boolean => entry.state === 'done' || entry.state === 'damaged';

/** Goes through the listing once: what the ledger lacks, what to read again, and outputs in a folder. */
async function lookThrough(asked: VerifyAsked, listed: AsyncIterable<Listed>, picks: Picks): Promise<Looked> {
  const { ledger, target } = asked;
  const looked: Looked = {
    listing: { objects: 0, unbegun: 0, examples: [] },
    picks,
    lines: new Map(),
    wrong: [],
    wrongObjects: [],
  };
  const look = async (item: Listed) => {
    const object = objectOf(item);
    const entry = ledger.entryOf(object);
    const output =
      entry !== null && isFinished(entry) && target.kind === 'folder'
        ? await outputLines(target.root, object, entry.state)
        : null;
    return { object, entry, output };
  };
  for await (const { object, entry, output } of mapAhead(listed, OUTPUTS_AHEAD, look)) {
    looked.listing.objects++;
    if (entry === null) {
      looked.listing.unbegun++;
      if (looked.listing.examples.length < NAMED) looked.listing.examples.push(describeObject(object));
      continue;
    }
    if (!isFinished(entry)) continue;
    picks.offer(object);
    if (output === null) continue;
    const { file, lines, problem } = output;
    const key = groupOfObject(object);
    const sums = looked.lines.get(key) ?? { objects: 0, lines: 0 };
    looked.lines.set(key, { objects: sums.objects + 1, lines: sums.lines + lines });
    const expected = expectedOf(entry);
    if (problem === null && lines === expected) continue;
    looked.wrong.push({ file, expected, found: lines, problem });
    looked.wrongObjects.push(object);
  }
  return looked;
}

const oneOf = (names: readonly string[], many: string): string =>
  names.length === 1 ? (names[0] as string) : `${names.length} ${many}`;

function rowOfPlace(place: CountedPlace, found: number): VerifiedRow {
  const { days, accounts, regions, totals } = place;
  const known = days.filter((day) => day > 0);
  return {
    days: known.length === 0 ? null : [known[0]!, known.at(-1)!],
    account: oneOf(accounts, 'accounts'),
    region: oneOf(regions, 'regions'),
    objects: totals.objects,
    expected: expectedOf(totals),
    found,
  };
}

/** Counts the target by the ledger's places. */
async function clusterRows(
  { ledger, selection, spec, open }: VerifyAsked,
  counts: TargetCounts,
  { isMissing, obstacle }: Countable,
  signal: AbortSignal,
): Promise<{ readonly places: readonly Pick<CountedPlace, 'totals'>[]; readonly rows: readonly VerifiedRow[] }> {
  const canCount = !isMissing && obstacle === null;
  if (spec.kind === 'cloudwatch') {
    return logRows(ledger.places(), spec.linkedAccounts, selection, canCount ? counts : null);
  }
  const base = await pathBase(spec, await open.bucketRegion(signal));
  const places = countedPlaces(ledger.places(), base).filter((place) => isSelected(place, selection));
  const found = new Map<string, number>();
  if (canCount) {
    const paths = pathsToCount(places);
    let at = 0;
    for await (const count of mapAhead(paths, COUNTS_AHEAD, (prefix) => counts.count(prefix))) {
      found.set(paths[at++]!, count);
    }
  }
  return { places, rows: places.map((place) => rowOfPlace(place, ownCount(place, found))) };
}

/** Rows of a folder, from outputs of what is listed. */
function folderRows({ ledger, selection }: VerifyAsked, { lines }: Looked) {
  const days = ledger
    .days()
    .filter(({ day, account, region }) =>
      isSelected(
        { path: '', days: [day], accounts: [account], regions: [region], totals: noTotals(), below: [] },
        selection,
      ),
    );
  let unlisted = 0;
  const rows = days.map(({ day, account, region, ...totals }): VerifiedRow => {
    const { objects, lines: found } = lines.get(groupKey(day, account, region)) ?? { objects: 0, lines: 0 };
    unlisted += Math.max(0, totals.objects.done + totals.objects.damaged - objects);
    return {
      days: day === 0 ? null : [day, day],
      account,
      region,
      objects: totals.objects,
      expected: expectedOf(totals),
      found,
    };
  });
  return { rows, totals: days, unlisted };
}

/** Finished objects of each day that the selection may take. */
function objectsByDay(
  ledger: Ledger,
  { fromDay = 0, toDay = Number.POSITIVE_INFINITY }: Selection,
): Map<number, number> {
  const found = new Map<number, number>();
  for (const { day, objects } of ledger.days()) {
    if (day >= fromDay && day <= toDay) found.set(day, (found.get(day) ?? 0) + objects.done + objects.damaged);
  }
  return found;
}

/** Verifies. Throws E_CLUSTER_*, E_SOURCE_* and E_SINK_*. */
export async function verifyJob(asked: VerifyAsked, signal: AbortSignal): Promise<Verified> {
  const { source, destination, ledger, target, deep, deepObjects, listed, spec, open } = asked;
  const sums = noTotals();
  const countedBy = spec.kind === 'cloudwatch' ? 'log group' : 'path';
  const counts = target.kind === 'cluster' ? new TargetCounts(target.api, target.name, countedBy, signal) : null;
  // Rights that are missing are told before anything is listed.
  const countable = (await counts?.prepare()) ?? { isMissing: false, isStale: false, obstacle: null };
  const counted = counts === null ? null : await clusterRows(asked, counts, countable, signal);
  const picks = new Picks(
    deep === null || deepObjects !== null ? new Map() : quotas(objectsByDay(ledger, asked.selection), deep),
  );
  const looked = listed === null ? null : await lookThrough(asked, listed, picks);
  const inFolder = counted === null && looked !== null ? folderRows(asked, looked) : null;
  for (const totals of inFolder?.totals ?? counted?.places.map((place) => place.totals) ?? []) addTotals(sums, totals);

  const compared = deepObjects ?? looked?.picks.objects ?? [];
  let objects: Awaited<ReturnType<typeof compareObjects>> = [];
  if (deep !== null && target.kind === 'cluster') {
    const bucketRegion = await open.bucketRegion(signal);
    const reader = new IdReader(open, {
      spec: withRegion(spec, bucketRegion),
      bucketRegion,
      options: asked.options,
      format: asked.format,
      geo: await geoImage({ city: [], asn: [] }, { signal }),
    });
    objects = await compareObjects(compared, reader, countable.isMissing ? null : target.api, target.name, signal);
  }
  const verification: Verification = {
    source,
    destination,
    rows: counted?.rows ?? inFolder?.rows ?? [],
    totals: sums,
    listing: looked?.listing ?? null,
    obstacle: countable.obstacle,
    isStale: countable.isStale,
    deep: deep === null ? null : { seed: PICK_SEED, objects },
    wrongOutputs: looked?.wrong ?? [],
    unlisted: inFolder?.unlisted ?? 0,
  };
  const missing = objects.filter((one) => one.missing > 0).map((one) => one.source);
  return { verification, lacking: [...missing, ...(looked?.wrongObjects ?? [])], compared };
}

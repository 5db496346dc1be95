/** What `plan` and a dry run have in common: from options to a plan that is shown. */

import { isTarget, parseTarget } from '../cluster/target.ts';
import { EXIT, FlowbulkError, SIGNAL_CODES } from '../errors.ts';
import { storedFacts } from '../estimate/index-size.ts';
import { makePlan, type Plan, type PlanRequest } from '../estimate/plan.ts';
import { planAsText } from '../estimate/plan-text.ts';
import { type PriceFacts, pricesOf } from '../estimate/prices.ts';
import { parseFormat } from '../formats/detect.ts';
import type { DocumentForm } from '../formats/document.ts';
import { parseIndexName } from '../formats/index-name.ts';
import { geoImage } from '../geo/build.ts';
import { formatDay } from '../plan/dates.ts';
import { PlanWriter } from '../plan/plan-file.ts';
import { formatCount } from '../progress/numbers.ts';
import { isIntake } from '../sekoia/target.ts';
import type { IsKnown, Selection, SourceObject } from '../sources/source.ts';
import { openSource, withRegion } from '../sources/spec.ts';
import {
  AWS_OPTIONS,
  LOG_OPTIONS,
  listingOf,
  SELECTION_OPTIONS,
  selectionOf,
  shared,
  shareOf,
  sourceAsked,
} from './asked.ts';
import { ACCESS_OPTIONS, openCluster } from './cluster-outlet.ts';
import type { CommandIo } from './command.ts';
import { documentOptionsOf, workersOf } from './conversion.ts';
import { FILTER_OPTIONS } from './filter-asked.ts';
import { nowAndThen } from './now-and-then.ts';
import type { Values } from './options.ts';
import { version } from './version.ts';

/** Options that a plan reads, all of which `run` has, too. */
export const PLANNED_OPTIONS = [
  ...SELECTION_OPTIONS,
  'look-back',
  'objects-from',
  'shard',
  ...LOG_OPTIONS,
  'format',
  ...FILTER_OPTIONS,
  ...AWS_OPTIONS,
  'city',
  'asn',
  'keep-original',
  'tags',
  'namespace',
  'field',
  'as',
  'workers',
  'error-on-empty',
  'json',
  ...ACCESS_OPTIONS,
  'flavour',
  'request-timeout',
] as const;

/** Values of those options. */
type PlannedValues = Values<(typeof PLANNED_OPTIONS)[number]>;

/** What a plan is asked besides. */
export interface PlanAsked {
  readonly samples: number;
  readonly prices: readonly string[];
  readonly rate: number | undefined;
  /** The plan file to write. */
  readonly out: string | undefined;
  /** Whether an object is done already: it is left out. */
  readonly isDone: (object: SourceObject) => boolean;
  /** Whether it was begun. */
  readonly isKnown: IsKnown;
}

/**
 * Plans a run from SOURCE to DESTINATION (null where none was given), shows the plan on standard output, and gives the
 * exit code. A plan that is stopped is shown as far as it came before the stop is thrown.
 */
export async function showPlan(
  sourceText: string,
  destination: string | null,
  values: PlannedValues,
  asked: PlanAsked,
  io: CommandIo,
): Promise<number> {
  const { talk, signal } = io;
  const selection = selectionOf(values, Date.now(), values.lookBack);
  const prices = (region: string | null): PriceFacts => pricesOf(region, asked.prices);
  prices(null);
  // A dry run of one that goes on plans what is there now.
  const spec = sourceAsked(sourceText, { ...values, follow: false });
  const share = shareOf(values, io.env);
  if (spec.kind === 'stdin') {
    throw new FlowbulkError('E_USAGE', 'standard input cannot be planned: give a file, a folder or s3://bucket/prefix');
  }
  if (spec.kind === 'sqs') {
    throw new FlowbulkError(
      'E_USAGE',
      `${sourceText} is a queue, and to look at its messages is to receive them: plan the s3://bucket/prefix that it is ` +
        'of. flowbulk doctor shows how many there are',
    );
  }
  const into = await destinationFacts(destination, values, io);
  const source = openSource(spec, (text) => talk.warn(text));
  let writer: PlanWriter | null = null;
  try {
    const bucketRegion = await source.bucketRegion(signal);
    const onCompile = (text: string) => talk.info(text);
    const geo = await geoImage({ city: values.city, asn: values.asn }, { onCompile, signal });
    if (asked.out !== undefined) {
      writer = new PlanWriter(asked.out, spec, { selection: selectionFacts(selection), flowbulk: version() });
    }
    const plan = await makePlan(
      {
        source,
        spec: withRegion(spec, bucketRegion),
        bucketRegion,
        listed: shared(listingOf(values, spec, source, selection, signal, asked.isKnown), share),
        selection,
        fromList: listFacts(values.objectsFrom),
        isDone: asked.isDone,
        onListed: (listed) => writer?.add(listed),
        onProgress: nowAndThen((objects) => talk.info(`listed ${formatCount(objects)} objects`, { objects })),
        options: documentOptionsOf(
          { ...values, ids: 'default' },
          { as: formFor(destination, values.as as DocumentForm | undefined), op: 'create', index: null },
        ),
        format: values.format === undefined ? null : parseFormat(values.format),
        geo,
        samples: asked.samples,
        prices: prices(bucketRegion),
        workers: workersOf(values),
        rate: asked.rate,
        into,
        nowMs: Date.now(),
      },
      signal,
    );
    if (plan.stoppedAt !== 'listing') {
      writer?.commit();
      writer = null;
    }
    if (plan.stoppedAt !== null && !isStopped(signal)) throw signal.reason;
    show(plan, { source: sourceText, destination, selection: selectionFacts(selection) }, values.json, io);
    if (plan.stoppedAt !== null) throw signal.reason;
    warn(plan, sourceText, io);
    return plan.objects === 0 && values.errorOnEmpty ? EXIT.nothingToDo : EXIT.ok;
  } finally {
    writer?.rollBack();
    await source.close();
  }
}

/** What records become there, as far as it changes how many bytes they are. */
function formFor(destination: string | null, asked: DocumentForm | undefined): DocumentForm {
  return destination !== null && isIntake(destination) ? (asked ?? 'sekoia') : 'documents';
}

/** True where a signal ended it: a reader that went away would see nothing of what is shown. */
function isStopped({ reason }: AbortSignal): boolean {
  return reason instanceof FlowbulkError && SIGNAL_CODES.has(reason.code);
}

/** A bare list of keys needs a HEAD for each; the manifest of an inventory ends in `.json`. */
function listFacts(file: string | undefined): { readonly headsEach: boolean } | null {
  return file === undefined ? null : { headsEach: !file.endsWith('.json') };
}

/** What DESTINATION is; a cluster is asked what it holds already. Throws E_USAGE and E_CLUSTER_*. */
async function destinationFacts(
  destination: string | null,
  values: PlannedValues,
  io: CommandIo,
): Promise<PlanRequest['into']> {
  if (destination === null || !isTarget(destination)) return { kind: destination === null ? 'nothing' : 'files' };
  const target = parseTarget(destination, values.cloudId);
  const name = parseIndexName(target.name);
  const { api } = await openCluster(target, values, io);
  try {
    return { kind: 'cluster', stored: await storedFacts(api, name, io.signal) };
  } finally {
    await api.close();
  }
}

/** A selection with its days as dates. */
function selectionFacts({ fromDay, toDay, ...filters }: Selection) {
  return {
    from: fromDay === undefined ? null : formatDay(fromDay),
    to: toDay === undefined ? null : formatDay(toDay),
    ...filters,
  };
}

interface Heading {
  readonly source: string;
  readonly destination: string | null;
  readonly selection: ReturnType<typeof selectionFacts>;
}

function show(plan: Plan, { source, destination, selection }: Heading, json: boolean, { stdout }: CommandIo): void {
  if (json) {
    stdout.write(`${JSON.stringify({ v: 1, source, destination, selection, ...plan })}\n`);
    return;
  }
  const { from, to, ...filters } = selection;
  const range = [...(from === null ? [] : [`from ${from}`]), ...(to === null ? [] : [`to ${to}`])];
  const others = Object.entries(filters).map(([name, words]) => `${name} ${words.join(', ')}`);
  const parts = [...(range.length > 0 ? [range.join(' ')] : []), ...others];
  const into = destination === null ? '' : ` into ${destination}`;
  stdout.write(planAsText(plan, [`Plan of ${source}${into}`, ...parts].join('\n')));
}

function warn(plan: Plan, source: string, { talk }: CommandIo): void {
  if (plan.objects === 0) talk.warn(`nothing to read in ${source}`);
  const [failed] = plan.failedSamples;
  if (failed !== undefined && plan.samples.length === 0) {
    talk.warn(`no object of the sample could be read, so nothing is estimated: ${failed.reason}`);
  }
}

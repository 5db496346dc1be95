/** DESTINATION where it is an intake of Sekoia: made ready to be sent to. */

import { apiKeyOf, type ClusterAccess, clusterAccess } from '../cluster/access.ts';
import type { IntakeSpec } from '../delivery/intake-spec.ts';
import { Permits } from '../delivery/permits.ts';
import { FlowbulkError } from '../errors.ts';
import type { DocumentForm, DocumentOptions } from '../formats/document.ts';
import { filterText } from '../formats/filter/filter.ts';
import type { Job } from '../job/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { numberingOf, UnderWay, type UnderWayPlace } from '../ledger/under-way.ts';
import { formatBytes, formatCount } from '../progress/numbers.ts';
import type { IntakeTarget } from '../sekoia/target.ts';
import { type DeliveryValues, deliverySizes, isLoopback } from './cluster-outlet.ts';
import type { CommandIo } from './command.ts';
import type { ConversionValues, Outlet } from './conversion.ts';
import { keyOf, OPTIONS, type OptionName } from './options.ts';
import { readValue } from './values.ts';
import { version } from './version.ts';

/**
 * Most bytes of event text in a request, 90 % of what the intake takes, and most events by default: as Sekoia's own
 * clients have it (https://github.com/SEKOIA-IO/sekoia-automation-sdk, and the collectors' chunk size).
 */
const MAX_EVENT_TEXT_BYTES = 9_437_184;
const BODY_RECORDS = 10_000;

/** What events take, about: a body is to hold as many as a request, and not several times as many. */
const EVENT_BYTES: Partial<Record<DocumentForm, number>> = { sekoia: 128, 'sekoia-json': 512 };

/** A body holds the largest event there can be. */
const MIN_BODY_BYTES = 1 << 20;

/** Options that are about documents of Elasticsearch, or about a cluster. */
const MEANINGLESS = [
  'city',
  'asn',
  'ids',
  'keep-original',
  'tags',
  'namespace',
  'field',
  'op',
  'wait-blocked',
  'pipeline',
  'bulk-settings',
  'flavour',
  'user',
  'password-file',
  'aws-sigv4',
  'cloud-id',
] as const satisfies readonly OptionName[];

type IntakeValues = ConversionValues & DeliveryValues;

/** Those of the options that were given and mean nothing to an intake. */
function meaningless(values: IntakeValues): readonly string[] {
  return MEANINGLESS.filter((name) => {
    const spec = OPTIONS[name];
    const isMany = spec.kind === 'list' || spec.kind === 'paths' || spec.kind === 'texts';
    const unless = spec.default === undefined ? (isMany ? [] : undefined) : readValue(spec, name, [spec.default]);
    const value = (values as Readonly<Record<string, unknown>>)[keyOf(name)] || undefined;
    return JSON.stringify(value) !== JSON.stringify(unless);
  }).map((name) => `--${name}`);
}

function accessOf(values: IntakeValues): ClusterAccess {
  const { ca, cert, key, insecure, requestTimeout: requestTimeoutMs } = values;
  // The key goes into bodies, so there is no authorization.
  return clusterAccess({ ca, cert, key, insecure, requestTimeoutMs }, [], {});
}

/** The bodies of workers: as many events as a request may have, as far as can be told before. Throws E_USAGE. */
export function intakeSizes(
  form: DocumentForm,
  values: Pick<DeliveryValues, 'bodyRecords' | 'bodyBytes' | 'inflightBytes' | 'concurrency' | 'maxRate'>,
  workers: number,
): { readonly bodyRecords: number } & ReturnType<typeof deliverySizes> {
  const { bodyRecords = BODY_RECORDS } = values;
  const asManyBytes = Math.max(MIN_BODY_BYTES, bodyRecords * (EVENT_BYTES[form] ?? 0));
  const bodyBytes = Math.min(values.bodyBytes, MAX_EVENT_TEXT_BYTES, asManyBytes);
  return { bodyRecords, ...deliverySizes({ ...values, bodyBytes }, workers) };
}

/** Opens an intake as outlet. `job` holds what must outlive a crash, unless there is no ledger. Throws E_USAGE and E_SINK_*. */
export async function intakeOutlet(
  target: IntakeTarget,
  options: DocumentOptions,
  values: IntakeValues,
  workers: number,
  job: Job,
  ledger: Ledger | null,
  { talk, env }: CommandIo,
): Promise<Outlet> {
  const intakeKey = apiKeyOf(values.apiKeyFile, env);
  if (intakeKey === null) {
    throw new FlowbulkError(
      'E_USAGE',
      `${target.text} needs the intake key: give it by --api-key-file FILE or FLOWBULK_API_KEY (it stands on the page of ` +
        'the intake)',
    );
  }
  const { as: form } = options;
  const { bodyRecords, bodyBytes, bodies, limits } = intakeSizes(form, values, workers);
  const idle = meaningless(values);
  if (idle.length > 0) talk.warn(`${idle.join(', ')}: nothing to ${target.text}, which gets records as they are`);
  const isLocal = isLoopback(target.url);
  if (target.url.startsWith('http:') && !isLocal) {
    talk.warn(`the intake key goes unencrypted to ${target.url}, where others may read it: use sekoia://`);
  }
  const gzip = (values.compress ?? (isLocal ? 'none' : 'gzip')) === 'gzip';
  const intake: IntakeSpec = {
    url: target.url,
    access: accessOf(values),
    intakeKey,
    gzip,
    permits: new Permits(limits).buffer,
    limits,
    connections: bodies,
    bodyRecords,
    retryForMs: values.retryFor,
    maxRejects: values.maxRejects ?? null,
  };
  const what = form === 'sekoia' ? 'lines' : 'JSON';
  talk.info(
    `to Sekoia's intake at ${target.url}: ${what}, at most ${formatCount(bodyRecords)} events and ` +
      `${formatBytes(bodyBytes)} a request${gzip ? ', gzip' : ''}`,
    { target },
  );
  return {
    sink: { kind: 'sekoia', intake, underWay: ledger === null ? null : underWayOf(job, ledger, options, values) },
    cluster: "Sekoia's intake",
    deadLetterPath: job.deadLetterPath,
    bodies: { bodyBytes, bodies },
    commit() {},
    rollBack() {},
    async close() {},
  };
}

/**
 * Where notes are of objects that are not done. Events have other numbers where lines without header are read by another
 * `--format`, or where another filter leaves records out (the ledger refuses one only once it knows an object).
 */
function underWayOf(
  job: Job,
  ledger: Ledger,
  { filter }: DocumentOptions,
  { format = '' }: IntakeValues,
): UnderWayPlace {
  const place = {
    folder: job.underWayPath,
    numbering: numberingOf([version(), format, filterText(filter?.asked ?? null)]),
  };
  const underWay = new UnderWay(place);
  underWay.begin((key) => ledger.isWhole(key));
  ledger.onDone((object) => underWay.forget(object));
  return place;
}

/** The options that say which records become documents, and how they go with what a job's ledger holds. */

import { FlowbulkError } from '../errors.ts';
import { type Filter, type FilterAsked, filterOf, filterText } from '../formats/filter/filter.ts';
import type { Job } from '../job/job.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Values } from './options.ts';

/** Which records become documents. */
export const FILTER_OPTIONS = ['where', 'sample', 'drop-nodata', 'drop-private'] as const;

/** Values of those options. */
export type FilterValues = Values<(typeof FILTER_OPTIONS)[number]>;

/** The filter that options ask for; null for none. Throws E_USAGE. */
export function filterAsked({ where, sample, dropNodata, dropPrivate }: FilterValues): Filter | null {
  return filterOf({ where, sample, dropNodata, dropPrivate });
}

/** An expression can be long; the start tells which it is. */
const SHOWN_CHARACTERS = 300;

function shown(filter: FilterAsked | null): string {
  const text = filterText(filter);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

const isSame = (a: FilterAsked | null, b: FilterAsked | null): boolean => filterText(a) === filterText(b);

/**
 * Refuses a run whose filter is another than the one that objects of the ledger are done with: they are not read again,
 * so records that the run asks for would be missing, or others be there. Throws E_USAGE.
 */
export function checkFilter(ledger: Pick<Ledger, 'filter' | 'isEmpty'>, filter: Filter | null): void {
  const asked = filter?.asked ?? null;
  if (ledger.isEmpty || isSame(ledger.filter, asked)) return;
  throw new FlowbulkError(
    'E_USAGE',
    `objects of this job were done with ${shown(ledger.filter)}, this run has ${shown(asked)}: give the same ` +
      'filter, or another --state, so that everything is read anew (documents that are there already are not stored ' +
      'twice), or --no-ledger for this run alone (docs/filters.md)',
  );
}

/** Checks the filter, and notes it where nothing is done yet. Throws E_USAGE and E_SINK_*. */
export function bindFilter(ledger: Ledger, filter: Filter | null): void {
  checkFilter(ledger, filter);
  const asked = filter?.asked ?? null;
  if (!isSame(ledger.filter, asked)) ledger.setFilter(asked);
}

/**
 * The values of a command that comes after `run`, with the filter of the job's ledger where they have none: what is to
 * be in the target is what the runs have let through. Throws E_USAGE where they have another one.
 */
export async function withFilterOfJob<Given extends FilterValues>(job: Job, values: Given): Promise<Given> {
  const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
  try {
    const given = filterAsked(values);
    if (given !== null) checkFilter(ledger, given);
    return given === null && ledger.filter !== null ? { ...values, ...ledger.filter } : values;
  } finally {
    await ledger.close();
  }
}

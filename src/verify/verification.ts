/** What verifying a job found, and whether it is a proof. */

import type { Totals } from '../ledger/totals.ts';
import { formatCount } from '../progress/numbers.ts';
import type { ComparedObject } from './deep.ts';

/** Objects that are counted together: those of a day, account and region. */
export interface VerifiedRow {
  /** First and last day of their keys, since the epoch; null where keys say none. */
  readonly days: readonly [first: number, last: number] | null;
  readonly account: string;
  readonly region: string;
  /** The log group, where it is one. */
  readonly group?: string;
  readonly objects: Totals['objects'];
  /** Documents that the ledger has as taken, and those that are there. */
  readonly expected: number;
  readonly found: number;
}

/** An object whose output in a folder is not what the ledger says. */
export interface WrongOutput {
  readonly file: string;
  readonly expected: number;
  readonly found: number;
  readonly problem: string | null;
}

/** What verifying found. */
export interface Verification {
  readonly source: string;
  readonly destination: string;
  /** Days ascending. */
  readonly rows: readonly VerifiedRow[];
  /** Sums of the rows' objects. */
  readonly totals: Totals;
  /** Objects of SOURCE that the ledger does not have, and the first of them; null where SOURCE cannot be listed. */
  readonly listing: { readonly objects: number; readonly unbegun: number; readonly examples: readonly string[] } | null;
  /** Why counts would prove nothing; null where they do. */
  readonly obstacle: string | null;
  /** Counts may be old: the target could not be refreshed. */
  readonly isStale: boolean;
  readonly deep: { readonly seed: number; readonly objects: readonly ComparedObject[] } | null;
  /** Of a folder. */
  readonly wrongOutputs: readonly WrongOutput[];
  /** Objects of the ledger that are not in SOURCE any more, so that their outputs were not looked at. */
  readonly unlisted: number;
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Why it is no proof; empty where it is one. */
export function doubts(verification: Verification): readonly string[] {
  const { rows, totals, listing, obstacle, isStale, deep, wrongOutputs, unlisted } = verification;
  const found: string[] = [];
  if (obstacle !== null) found.push(obstacle);
  const sum = (wanted: (difference: number) => boolean) =>
    rows.reduce((all, row) => (wanted(row.found - row.expected) ? all + Math.abs(row.found - row.expected) : all), 0);
  const [lacking, extra] = [sum((difference) => difference < 0), sum((difference) => difference > 0)];
  if (lacking > 0 && obstacle === null) found.push(`${counted(lacking, 'document')} fewer than the ledger says`);
  if (extra > 0 && obstacle === null) found.push(`${counted(extra, 'document')} more than the ledger says`);
  const { failed, unfinished } = totals.objects;
  if (failed > 0) found.push(`${counted(failed, 'object')} failed`);
  if (unfinished > 0) found.push(`${counted(unfinished, 'object is', 'objects are')} unfinished`);
  if (listing !== null && listing.unbegun > 0) {
    found.push(`${counted(listing.unbegun, 'object')} of SOURCE never begun, such as ${listing.examples[0]}`);
  }
  if (rows.length === 0) found.push('the ledger has no objects of these days, accounts and regions');
  if (wrongOutputs.length > 0) found.push(`${counted(wrongOutputs.length, 'output is', 'outputs are')} not as written`);
  if (unlisted > 0) found.push(`${counted(unlisted, 'object')} of the ledger not in SOURCE any more`);
  const objects = deep?.objects ?? [];
  const missing = objects.reduce((all, one) => all + one.missing, 0);
  const twice = objects.reduce((all, one) => all + one.twice, 0);
  const unread = objects.filter(({ error }) => error !== null).length;
  if (missing > 0) found.push(`${counted(missing, 'id')} missing`);
  if (isStale && lacking + missing > 0) {
    found.push(
      'the target could not be refreshed (the right "maintenance"), so that what came last may not be seen yet: give ' +
        'that right, or try again in a minute',
    );
  }
  if (twice > 0) found.push(`${counted(twice, 'id')} stored twice`);
  if (unread > 0) found.push(`${counted(unread, 'object')} could not be read again`);
  if (deep !== null && objects.length === 0) found.push('no object to read again');
  return found;
}

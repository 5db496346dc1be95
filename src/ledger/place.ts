/**
 * Where the documents of an object are counted: all those whose path begins alike.
 *
 * ```
 * logs/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31/123456789012_vpcflowlogs_….log.gz
 * └────────────────── folder ──────────────────┘ └─ form ─┘  yyyy/MM/dd/
 * ```
 *
 * The ledger keeps no keys of objects that are done. Folder, form and day are enough to name the beginning of all of
 * them, and there are only as many as accounts, regions and layouts.
 */

import { formatDay } from '../plan/dates.ts';
import { dayFolders, parseKey } from '../plan/keys.ts';

/** A group of objects. */
export interface Place {
  /** `-` where keys do not say it. */
  readonly account: string;
  readonly region: string;
  /** The key up to the folders of the day; all folders of it where `form` is null. Empty, or ends in a slash. */
  readonly folder: string;
  /** Folders of the day, `yyyy/MM/dd/` or `year=yyyy/month=MM/day=dd/`; null where the day is none of the folders. */
  readonly form: string | null;
}

/** LMDB's keys have at most 1,978 bytes (https://github.com/kriszyp/lmdb-js, `maxKeySize`). */
const MAX_FOLDER_BYTES = 1_000;

/** Folders without a day that are kept apart: all others count as the one above all. */
export const MAX_LOOSE_FOLDERS = 4_096;

/** The folders of the day that a form gives. `day` counts from the epoch. */
export function folderOfDay(form: string, day: number): string {
  const [year = '', month = '', date = ''] = formatDay(day).split('-');
  return form.replace('yyyy', year).replace('MM', month).replace('dd', date);
}

function formOf(folders: string): string {
  const [year = '', month = '', date = ''] = folders.split('/');
  return `${year.replace(/\d+$/, 'yyyy')}/${month.replace(/\d+$/, 'MM')}/${date.replace(/\d+$/, 'dd')}/`;
}

/** The place of a key whose day is `day`. A folder that is too long is the one above all. */
export function placeOf(key: string, day: number): Place {
  const { account, region } = parseKey(key);
  const who = { account: account ?? '-', region: region ?? '-' };
  const dated = dayFolders(key);
  if (dated !== null) {
    const form = formOf(dated.folders);
    // Days before 1970 have no number here.
    const isRight = folderOfDay(form, day) === dated.folders;
    if (isRight && Buffer.byteLength(dated.before) <= MAX_FOLDER_BYTES) return { ...who, folder: dated.before, form };
  }
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return { ...who, folder: Buffer.byteLength(folder) <= MAX_FOLDER_BYTES ? folder : '', form: null };
}

const MARK = 'group ';

/** A place as text. */
export function placeName({ account, region, folder, form }: Place): string {
  return MARK + JSON.stringify([account, region, folder, form]);
}

/** The place of such a text; null for other texts. */
export function parsePlace(name: string): Place | null {
  if (!name.startsWith(MARK)) return null;
  const [account, region, folder, form] = JSON.parse(name.slice(MARK.length)) as [
    string,
    string,
    string,
    string | null,
  ];
  return { account, region, folder, form };
}

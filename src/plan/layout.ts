/** Where a prefix stands in AWS's layout of flow logs (see keys.ts), and what its folders mean. */
import { dayOf } from './dates.ts';
import { folderValue, isAccount, isDigits, isServiceFolder } from './keys.ts';

/** The levels of the layout: what the next folder will name. `date` holds year, month, day, in turn. */
type Stage = 'account' | 'service' | 'region' | 'date';

/** A prefix inside the layout. */
export interface Branch {
  readonly prefix: string;
  readonly stage: Stage;
  /** Year, month, day as far as the prefix has them. */
  readonly date: readonly number[];
}

/** The folder that begins the layout. */
export const ROOT_FOLDER = 'AWSLogs';

/**
 * Finds where a prefix stands: a branch; 'outside' where it does not reach `AWSLogs/`; 'foreign' where it leads to
 * something else than flow logs. A last part without `/` may be half a name: it counts for nothing.
 */
export function branchOf(prefix: string): Branch | 'outside' | 'foreign' {
  const segments = prefix.split('/').slice(0, -1);
  const root = segments.lastIndexOf(ROOT_FOLDER);
  if (root < 0) {
    return 'outside';
  }
  let branch: Branch | null = { prefix, stage: 'account', date: [] };
  for (const folder of segments.slice(root + 1)) {
    // Below the day all is one: hours, and the beginnings of names.
    branch = branch.date.length === 3 ? branch : step(branch, folder, prefix);
    if (branch === null) {
      return 'foreign';
    }
  }
  return branch;
}

/** The branch that `folder` leads to; null where the layout has no such folder. */
export function step(branch: Branch, folder: string, prefix: string): Branch | null {
  switch (branch.stage) {
    case 'account':
      if (folder.startsWith('o-')) {
        return { prefix, stage: 'account', date: [] };
      }
      return isAccount(folderValue('aws-account-id', folder)) ? { prefix, stage: 'service', date: [] } : null;
    case 'service':
      return isServiceFolder(folder) ? { prefix, stage: 'region', date: [] } : null;
    case 'region':
      return { prefix, stage: 'date', date: [] };
    case 'date': {
      const part = datePart(folder, branch.date.length);
      return part === null ? null : { prefix, stage: 'date', date: [...branch.date, part] };
    }
  }
}

const DATE_NAMES = ['year', 'month', 'day'] as const;

function datePart(folder: string, depth: number): number | null {
  const text = folderValue(DATE_NAMES[depth]!, folder) ?? '';
  return isDigits(text) && text.length === (depth === 0 ? 4 : 2) ? Number(text) : null;
}

/** The last folder of a prefix that ends in `/`. */
export function lastFolder(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1, -1);
}

/** First and last day of a branch by its date parts, as days since the epoch; null for a date that does not exist. */
export function daysOf(date: readonly number[]): { first: number; last: number } | null {
  const [year, month, day] = date;
  const first = dayOf(year!, month ?? 1, day ?? 1);
  const next =
    day !== undefined
      ? null
      : month === undefined || month === 12
        ? dayOf(year! + 1, 1, 1)
        : dayOf(year!, month + 1, 1);
  return first === null ? null : { first, last: next === null ? first : next - 1 };
}

/** The prefix of one day under a region's, which tells by its name whether it is Hive's. */
export function dayPrefix(region: string, day: number): Branch {
  const [year, month, date] = new Date(day * 86_400_000).toISOString().slice(0, 10).split('-') as [
    string,
    string,
    string,
  ];
  const hive = lastFolder(region).startsWith('aws-region=');
  const folders = hive ? `year=${year}/month=${month}/day=${date}/` : `${year}/${month}/${date}/`;
  return { prefix: region + folders, stage: 'date', date: [Number(year), Number(month), Number(date)] };
}

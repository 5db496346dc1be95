/**
 * What an object's key says about it.
 *
 * AWS writes flow logs under these names (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html),
 * transit gateway flow logs too, any prefix before, an organisation's id after `AWSLogs/` where somebody put it there:
 *
 *   AWSLogs/{account}/vpcflowlogs/{region}/{YYYY}/{MM}/{DD}/[{HH}/]{file}
 *   AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/year=/month=/day=/[hour=/]{file}
 *   file: {account}_vpcflowlogs_{region}_{flow-log-id}_{YYYYMMDDTHHmmZ}_{hash}.log.gz or .log.parquet
 *
 * Older pages print the Hive form with `service=vpcflowlogs`. Keys are cut at `/` and `_`, never matched as a whole:
 * a key is at most 1,024 bytes, and no pattern here can backtrack.
 */
import { dayOf } from './dates.ts';

/** What a key says; null where it does not say it. */
export interface KeyFacts {
  readonly account: string | null;
  readonly region: string | null;
  /** Days since the epoch, UTC: of the folder, else of the file name. */
  readonly day: number | null;
  /** 0 to 23: of the folder, else of the file name. */
  readonly hour: number | null;
  /** The time in the file name, in milliseconds of the Unix epoch. */
  readonly timeMs: number | null;
  readonly flowLogId: string | null;
  readonly organisation: string | null;
  readonly hive: boolean;
  readonly parquet: boolean;
}

/** The folder names that mean flow logs, under an account. */
const SERVICE_FOLDERS: readonly string[] = ['vpcflowlogs', 'aws-service=vpcflowlogs', 'service=vpcflowlogs'];

/** Reads a key. Never throws: a key that says nothing gives nulls. */
export function parseKey(key: string): KeyFacts {
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  const file = parseFileName(name);
  const folders = parseFolders(segments);
  return {
    account: folders.account ?? file?.account ?? null,
    region: folders.region ?? file?.region ?? null,
    day: folders.day ?? (file === null ? null : Math.floor(file.timeMs / MS_PER_DAY)),
    hour: folders.hour ?? (file === null ? null : new Date(file.timeMs).getUTCHours()),
    timeMs: file?.timeMs ?? null,
    flowLogId: file?.flowLogId ?? null,
    organisation: folders.organisation,
    hive: folders.hive,
    parquet: name.endsWith('.parquet'),
  };
}

const MS_PER_DAY = 86_400_000;

/** What a file name says; null where it is not AWS's name of a flow log. */
function parseFileName(name: string) {
  const [account, service, region, flowLogId, time] = name.split('_');
  if (service !== 'vpcflowlogs' || !isAccount(account) || region === undefined || time === undefined) {
    return null;
  }
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(time);
  const day = parts === null ? null : dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  const hour = Number(parts?.[4]);
  const minute = Number(parts?.[5]);
  if (day === null || hour > 23 || minute > 59) {
    return null;
  }
  return { account, region, flowLogId: flowLogId ?? null, timeMs: day * MS_PER_DAY + (hour * 60 + minute) * 60_000 };
}

/** True for the name AWS gives to a flow log's file, whatever its folder. */
export function isFlowLogName(name: string): boolean {
  return parseFileName(name) !== null;
}

/**
 * A key cut at the folders of its day: what stands before them, and those three, `2025/01/31/` or
 * `year=2025/month=01/day=31/`. Null where no folders say the day.
 */
export function dayFolders(key: string): { readonly before: string; readonly folders: string } | null {
  const segments = key.split('/').slice(0, -1);
  const { dayAt } = parseFolders(segments);
  if (dayAt === null) return null;
  const joined = (parts: readonly string[]): string => parts.map((part) => `${part}/`).join('');
  return { before: joined(segments.slice(0, dayAt)), folders: joined(segments.slice(dayAt, dayAt + 3)) };
}

interface FolderFacts {
  organisation: string | null;
  account: string | null;
  region: string | null;
  day: number | null;
  hour: number | null;
  hive: boolean;
  /** Where the three folders of the day begin, counted in folders. */
  dayAt: number | null;
}

/** Facts of the folders: of AWS's layout, else of any `YYYY/MM/DD[/HH]` in them, as Firehose writes it. */
function parseFolders(segments: readonly string[]): FolderFacts {
  const facts: FolderFacts = {
    organisation: null,
    account: null,
    region: null,
    day: null,
    hour: null,
    hive: false,
    dayAt: null,
  };
  const service = segments.findLastIndex((segment) => SERVICE_FOLDERS.includes(segment));
  let at = 0;
  if (service > 0 && isAccount(folderValue('aws-account-id', segments[service - 1]))) {
    facts.account = folderValue('aws-account-id', segments[service - 1]);
    const organisation = segments[service - 2];
    facts.organisation = organisation?.startsWith('o-') ? organisation : null;
    facts.hive = segments[service] !== 'vpcflowlogs';
    facts.region = folderValue('aws-region', segments[service + 1]) || null;
    at = service + 2;
  }
  const date = findDate(segments, at);
  if (date !== null) {
    facts.day = date.day;
    facts.dayAt = date.at;
    facts.hour = hourOf(folderValue('hour', segments[date.at + 3]));
  }
  return facts;
}

function findDate(segments: readonly string[], from: number): { at: number; day: number } | null {
  for (let at = segments.length - 3; at >= from; at--) {
    const day = dayOfFolders(segments[at], segments[at + 1], segments[at + 2]);
    if (day !== null) {
      return { at, day };
    }
  }
  return null;
}

/** The day that three folders name (`2025`, `01`, `31` or `year=2025` …), as days since the epoch, or null. */
function dayOfFolders(year?: string, month?: string, day?: string): number | null {
  const [y, m, d] = [folderValue('year', year), folderValue('month', month), folderValue('day', day)];
  const shaped = y?.length === 4 && m?.length === 2 && d?.length === 2 && isDigits(y) && isDigits(m) && isDigits(d);
  return shaped ? dayOf(Number(y), Number(m), Number(d)) : null;
}

function hourOf(text: string | null): number | null {
  return text !== null && text.length === 2 && isDigits(text) && Number(text) < 24 ? Number(text) : null;
}

/** The value of a Hive folder `name=value`, or a plain folder as it is. */
export function folderValue(name: string, folder: string | undefined): string | null {
  if (folder === undefined) {
    return null;
  }
  return folder.startsWith(`${name}=`) ? folder.slice(name.length + 1) : folder;
}

/** True for twelve digits. */
export function isAccount(text: string | null | undefined): text is string {
  return text?.length === 12 && isDigits(text);
}

/** True where all characters are ASCII digits. */
export function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

/** True for a folder under an account that holds flow logs. */
export function isServiceFolder(folder: string): boolean {
  return SERVICE_FOLDERS.includes(folder);
}

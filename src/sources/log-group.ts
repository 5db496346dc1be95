/** Names of log groups: `cloudwatch://` and a name, an ARN, or the beginning of names. */
import { FlowbulkError } from '../errors.ts';

/** Log groups as they were named; what the name does not say is null. */
export interface LogGroupName {
  /** Its name, or how the names begin. */
  readonly name: string;
  /** All groups whose names begin so. */
  readonly isPrefix: boolean;
  /** The ARN it was named by, without `:*`. */
  readonly arn: string | null;
  readonly region: string | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const NAME = /^[A-Za-z0-9_./#-]{1,512}$/;

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** Whether SOURCE is a log group. */
export function isLogGroup(text: string): boolean {
  return /^cloudwatch:\/\//i.test(text);
}

/**
 * Reads `cloudwatch://NAME`, `cloudwatch://ARN` (also with AWS's `:*` at its end) or `cloudwatch://PREFIX*`, each with
 * `?region=REGION` behind it or not. A name that begins with a slash makes three of them. Throws E_USAGE for what is none
 * of these.
 */
export function parseLogGroup(text: string): LogGroupName {
  const refuse = (what: string) =>
    new FlowbulkError(
      'E_USAGE',
      `"${text}" ${what}: give cloudwatch://GROUP?region=eu-west-1, cloudwatch://ARN or cloudwatch://PREFIX*`,
    );
  const [, rest = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(text.slice('cloudwatch://'.length)) ?? [];
  const asked = regionAsked(query, refuse);
  const [arn, itsRegion, ofArn] =
    /^(arn:[a-z-]+:logs:([^:]+):\d{12}:log-group:([^:]+))(?::\*)?$/.exec(rest)?.slice(1) ?? [];
  if (asked !== null && itsRegion !== undefined && asked !== itsRegion) throw refuse(`names two regions`);
  const isPrefix = arn === undefined && rest.endsWith('*');
  const name = ofArn ?? (isPrefix ? rest.slice(0, -1) : rest);
  // `*` alone is every group there is.
  if (!NAME.test(name) && !(isPrefix && name === '')) throw refuse('names no log group');
  return { name, isPrefix, arn: arn ?? null, region: itsRegion ?? asked };
}

function regionAsked(query: string | undefined, refuse: (what: string) => FlowbulkError): string | null {
  if (query === undefined) return null;
  const entries = [...new URLSearchParams(query)];
  const [[name, value] = ['', '']] = entries;
  if (entries.length !== 1 || name !== 'region') throw refuse(`has something else than ?region= behind it (?${query})`);
  if (!REGION.test(value)) throw refuse(`names no region such as eu-west-1 (${value})`);
  return value;
}

/** The name in a group's ARN, or the name itself. */
export function groupNameOf(nameOrArn: string): string {
  return /^arn:[a-z-]+:logs:[^:]+:\d{12}:log-group:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

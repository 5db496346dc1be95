/**
 * The one option table, as data. From it come the flags, the FLOWBULK_* variables, the help, the completions and
 * the keys of a config file. An option is one line here, and a command names those it takes.
 */

import { ID_MODES } from '../formats/ids.ts';
import { LAYOUTS } from '../formats/layouts.ts';
import { MAP_PICTURES } from '../topology/map-forms.ts';

/**
 * How the text of a value is read:
 *
 * | kind     | accepted                                        | becomes                         |
 * |----------|-------------------------------------------------|---------------------------------|
 * | flag     | nothing                                         | boolean                         |
 * | text     | anything that fits `pattern`                    | string                          |
 * | texts    | the same, given several times                   | array of strings                |
 * | list     | words with commas between, given several times  | array of strings                |
 * | path     | a file or folder                                | string                          |
 * | paths    | files with commas between, given several times  | array of strings                |
 * | url      | http:// or https://                             | string                          |
 * | choice   | one of `choices`                                | that word                       |
 * | date     | 2025-01-31, UTC                                 | the same text, for `parseDays`  |
 * | age      | 30m, 12h, 90d, 2w                               | the same text, for `parseDays`  |
 * | bytes    | 8MiB, 10MB, 1048576                             | bytes                           |
 * | duration | 90s, 15m, 8h, 2d                                | milliseconds                    |
 * | count    | 2000000, 2_000_000, 2M                          | integer, `min` or more          |
 */
export type OptionKind =
  | 'flag'
  | 'text'
  | 'texts'
  | 'list'
  | 'path'
  | 'paths'
  | 'url'
  | 'choice'
  | 'date'
  | 'age'
  | 'duration'
  | 'bytes'
  | 'count';

/** Groups of options, in the order of the help. */
export const GROUPS = {
  generate: 'What to generate',
  bench: 'What to measure',
  plan: 'What to estimate',
  read: 'What to read',
  filter: 'Which records of it (flowbulk help filters)',
  topology: 'The map',
  aws: 'AWS',
  documents: 'Documents and output',
  delivery: 'Delivery',
  credentials: 'Credentials of the cluster (secrets by file, or FLOWBULK_API_KEY and FLOWBULK_PASSWORD)',
  run: 'Run',
  schedule: 'When and where',
  talk: 'Talk and config',
} as const;

/** One row of the table. */
export interface OptionSpec {
  readonly kind: OptionKind;
  readonly group: keyof typeof GROUPS;
  /** What stands for the value in the help; flags have none. */
  readonly value?: string;
  /** The only words of a `choice`; for other kinds words that completion offers. */
  readonly choices?: readonly string[];
  /** As it would be written on the command line. */
  readonly default?: string;
  /** What the help shows where the default is not a fixed text. */
  readonly defaultShown?: string;
  /** Least value of a count. */
  readonly min?: number;
  /** What each text must look like, and how to say so. */
  readonly pattern?: { readonly is: RegExp; readonly means: string };
  readonly help: string;
}

const LAYOUT_NAMES = Object.keys(LAYOUTS);

// biome-ignore format: a table is read by its columns
const TABLE = {
  'from': { kind: 'date', group: 'read', value: 'DATE', help: 'first day, UTC, by the date in the key' },
  'to': { kind: 'date', group: 'read', value: 'DATE', help: 'last day, UTC, that day included' },
  'since': { kind: 'age', group: 'read', value: 'AGE', help: 'the same as --from that long ago: 12h, 90d' },
  'accounts': { kind: 'list', group: 'read', value: 'ID,…', pattern: { is: /^\d{12}$/, means: 'an account of 12 digits' }, help: 'only these AWS accounts' },
  'regions': { kind: 'list', group: 'read', value: 'REGION,…', pattern: { is: /^[a-z]{2,}(-[a-z]+)+-\d+$/, means: 'a region such as eu-central-1' }, help: 'only these regions' },
  'include': { kind: 'texts', group: 'read', value: 'GLOB', help: 'only keys that match one of these (repeatable)' },
  'exclude': { kind: 'texts', group: 'read', value: 'GLOB', help: 'no key that matches one of these (repeatable)' },
  'objects-from': { kind: 'path', group: 'read', value: 'FILE', help: 'list of keys, or S3 Inventory manifest, to read' },
  'format': { kind: 'text', group: 'read', value: 'LAYOUT', choices: LAYOUT_NAMES, defaultShown: 'by the tokens', help: 'layout or field names of lines without header' },
  'name': { kind: 'text', group: 'read', value: 'KEY', help: 'name that stands for standard input in documents and ids' },
  'shard': { kind: 'text', group: 'read', value: 'N/M', pattern: { is: /^(auto|(auto|\d{1,6})\/\d{1,6})$/, means: 'a share such as 3/16, or auto' }, help: 'the third of 16 equal shares of the keys; auto: by the array job' },
  'follow': { kind: 'flag', group: 'read', help: 'keep reading what comes until stopped' },
  'interval': { kind: 'duration', group: 'read', value: 'TIME', default: '60s', help: 'how often SOURCE is looked at again with --follow' },
  'until-empty': { kind: 'flag', group: 'read', help: 'read a queue until it is empty and nothing is in flight' },
  'visibility-timeout': { kind: 'duration', group: 'read', value: 'TIME', default: '5m', help: 'how soon others get the messages of a process that died' },
  'max-objects': { kind: 'count', group: 'read', value: 'N', min: 1, help: 'begin no more than N objects' },
  'max-bytes': { kind: 'bytes', group: 'read', value: 'SIZE', help: 'begin no object that would make it more, compressed' },
  'max-records': { kind: 'count', group: 'read', value: 'N', min: 1, help: 'begin no object after N records' },
  'max-duration': { kind: 'duration', group: 'read', value: 'TIME', help: 'begin no object after this time: 30m, 8h' },

  'where': { kind: 'text', group: 'filter', value: 'EXPR', help: "only records that fit: 'action = REJECT and dstport in (22, 3389)'" },
  'sample': { kind: 'text', group: 'filter', value: '1/N', pattern: { is: /^\s*\d+\s*\/\s*\d+\s*$/, means: 'a share such as 1/100' }, help: 'only this share of the flows: 1/100, the same in each run' },
  'drop-nodata': { kind: 'flag', group: 'filter', help: 'leave records out whose log-status is NODATA' },
  'drop-private': { kind: 'flag', group: 'filter', help: 'leave records out both of whose addresses are private' },

  'interfaces': { kind: 'paths', group: 'topology', value: 'FILE', help: 'what aws ec2 describe-network-interfaces prints (repeatable)', defaultShown: 'EC2 is asked' },
  'snapshot': { kind: 'flag', group: 'topology', help: "all that is selected: StackState forgets the account's other elements" },
  'delete-after-success': { kind: 'flag', group: 'topology', help: 'delete objects that StackState has taken, in a bucket with versions' },
  'yes': { kind: 'flag', group: 'topology', help: 'do not ask before that' },
  'compatible': { kind: 'flag', group: 'topology', help: "the numbers of StackState's own agent, by the order of records" },
  'max-connections': { kind: 'count', group: 'topology', value: 'N', min: 1, default: '1M', help: 'stop when there are more' },

  'aws-region': { kind: 'text', group: 'aws', value: 'REGION', pattern: { is: /^[a-z0-9-]+$/, means: 'a region such as eu-central-1' }, help: "region of the bucket", defaultShown: "AWS's chain" },
  'profile': { kind: 'text', group: 'aws', value: 'NAME', help: 'profile of the shared AWS config' },
  'role-arn': { kind: 'text', group: 'aws', value: 'ARN', pattern: { is: /^arn:[a-z-]+:iam::\d{12}:role\/.+$/, means: 'a role such as arn:aws:iam::123456789012:role/logs' }, help: 'role to assume for reading' },
  'external-id': { kind: 'text', group: 'aws', value: 'ID', help: 'external id that goes with --role-arn' },
  'endpoint-url': { kind: 'url', group: 'aws', value: 'URL', help: 'other S3 endpoint' },
  'path-style': { kind: 'flag', group: 'aws', help: 'bucket in the path, not in the host name' },
  'request-payer': { kind: 'flag', group: 'aws', help: 'pay for requests to a bucket of somebody else' },
  'no-sign-request': { kind: 'flag', group: 'aws', help: 'public bucket: no credentials' },

  'city': { kind: 'paths', group: 'documents', value: 'FILE', help: 'city or country database, .mmdb (repeatable)' },
  'asn': { kind: 'paths', group: 'documents', value: 'FILE', help: 'ASN database, .mmdb or .csv (repeatable)' },
  'ids': { kind: 'choice', group: 'documents', value: 'KIND', choices: ID_MODES, default: 'default', help: 'how _id is made' },
  'keep-original': { kind: 'flag', group: 'documents', help: 'keep the line as event.original' },
  'tags': { kind: 'list', group: 'documents', value: 'TAG,…', default: 'forwarded,aws-vpcflow', help: 'tags of every document' },
  'namespace': { kind: 'text', group: 'documents', value: 'NAME', default: 'default', pattern: { is: /^[^\s\-A-Z\\/*?"<>|,#:]{1,100}$/, means: 'lower case, without blank, dash or any of \\ / * ? " < > | , # :' }, help: 'data_stream.namespace' },
  'field': { kind: 'texts', group: 'documents', value: 'NAME=VALUE', help: 'constant in every document: labels.env=prod (repeatable)' },
  'as': { kind: 'choice', group: 'documents', value: 'FORM', choices: ['documents', 'bulk', ...MAP_PICTURES], defaultShown: 'documents', help: 'form of what is written' },

  'compress': { kind: 'choice', group: 'documents', value: 'HOW', choices: ['none', 'gzip'], defaultShown: 'none; gzip to other machines', help: 'compress what is written or sent' },
  'part-bytes': { kind: 'bytes', group: 'documents', value: 'SIZE', defaultShown: '10MiB with --as bulk', help: 'begin a new part at this size' },
  'dead-letters': { kind: 'path', group: 'documents', value: 'FILE', default: './flowbulk-dead-letters.ndjson', help: 'where lines go that are no record' },
  'html': { kind: 'path', group: 'documents', value: 'FILE', help: 'write it as one page of HTML, for a browser' },

  'op': { kind: 'choice', group: 'delivery', value: 'OP', choices: ['create', 'index'], default: 'create', help: 'create leaves documents that are there, index writes them again' },
  'body-bytes': { kind: 'bytes', group: 'delivery', value: 'SIZE', default: '8MiB', help: 'largest body of a request, before compression' },
  'inflight-bytes': { kind: 'bytes', group: 'delivery', value: 'SIZE', default: '128MiB', help: 'bodies sent and not answered, all workers together' },
  'concurrency': { kind: 'count', group: 'delivery', value: 'N', min: 1, defaultShown: 'adapts', help: 'a fixed number of requests at a time' },
  'max-rate': { kind: 'count', group: 'delivery', value: 'N', min: 1, help: 'documents a second at most' },
  'request-timeout': { kind: 'duration', group: 'delivery', value: 'TIME', default: '90s', help: 'give a request up after this time, and send it again' },
  'retry-for': { kind: 'duration', group: 'delivery', value: 'TIME', default: '15m', help: 'stop when nothing went through for this time' },
  'max-rejects': { kind: 'count', group: 'delivery', value: 'N', min: 0, defaultShown: 'the first 1,000 all refused', help: 'stop when more than N documents are refused' },
  'wait-blocked': { kind: 'flag', group: 'delivery', help: 'wait while the cluster blocks writes, instead of stopping' },
  'pipeline': { kind: 'text', group: 'delivery', value: 'NAME', help: 'ingest pipeline that documents go through' },
  'bulk-settings': { kind: 'flag', group: 'delivery', help: 'no refresh and no replicas while loading (time-named indices)' },
  'flavour': { kind: 'choice', group: 'delivery', value: 'KIND', choices: ['elasticsearch', 'serverless', 'opensearch'], help: 'what the cluster is, where it does not tell' },
  'apply': { kind: 'flag', group: 'delivery', help: 'do it, instead of showing what would be done' },
  'lean': { kind: 'flag', group: 'delivery', help: 'index only what is searched most: a third faster' },
  'lifecycle': { kind: 'text', group: 'delivery', value: 'POLICY', help: 'lifecycle policy of the indices, by the age of their records' },

  'api-key-file': { kind: 'path', group: 'credentials', value: 'FILE', help: 'file with an API key (or FLOWBULK_API_KEY)' },
  'user': { kind: 'text', group: 'credentials', value: 'NAME', help: 'user for basic authentication' },
  'password-file': { kind: 'path', group: 'credentials', value: 'FILE', help: 'file with the password (or FLOWBULK_PASSWORD)' },
  'ca': { kind: 'path', group: 'credentials', value: 'FILE', help: 'certificates to trust, PEM' },
  'cert': { kind: 'path', group: 'credentials', value: 'FILE', help: 'client certificate, PEM' },
  'key': { kind: 'path', group: 'credentials', value: 'FILE', help: 'key of the client certificate, PEM' },
  'insecure': { kind: 'flag', group: 'credentials', help: 'do not verify the certificate of the cluster' },
  'aws-sigv4': { kind: 'choice', group: 'credentials', value: 'SERVICE', choices: ['es', 'aoss'], help: 'sign requests for Amazon OpenSearch Service or Serverless' },
  'cloud-id': { kind: 'text', group: 'credentials', value: 'ID', help: 'Elastic Cloud deployment for elastic:///NAME' },

  'records': { kind: 'count', group: 'generate', value: 'N', default: '100000', min: 0, help: 'records in all' },
  'files': { kind: 'count', group: 'generate', value: 'N', default: '10', min: 1, help: 'files to spread them over' },
  'layout': { kind: 'text', group: 'generate', value: 'LAYOUT', default: 'v2', choices: LAYOUT_NAMES, help: 'layout, or field names with blanks between' },
  'addresses': { kind: 'choice', group: 'generate', value: 'HOW', choices: ['zipf', 'uniform'], default: 'zipf', help: 'public peers: some often, or each another' },
  'seed': { kind: 'count', group: 'generate', value: 'N', default: '1', min: 0, help: 'the same seed gives the same bytes' },

  'all': { kind: 'flag', group: 'bench', help: 'also sink, 29 and 40 fields, and uniformly random addresses' },
  'target': { kind: 'url', group: 'bench', value: 'URL', help: 'cluster for bench sink, one without credentials' },

  'samples': { kind: 'count', group: 'plan', value: 'N', default: '12', min: 0, help: 'objects to read and convert, to tell of the others' },
  'rate': { kind: 'count', group: 'plan', value: 'N', min: 1, defaultShown: 'usual ones', help: 'records or documents a second, for the time it takes' },
  'prices': { kind: 'list', group: 'plan', value: 'list=N,get=N', help: 'US dollars for 1,000 requests to S3', defaultShown: "the region's" },

  'state': { kind: 'path', group: 'run', value: 'DIR', defaultShown: '$XDG_STATE_HOME/flowbulk', help: 'folder for ledgers, dead letters and the like' },
  'plan': { kind: 'path', group: 'run', value: 'FILE', help: 'read exactly the objects of a plan (flowbulk plan --out)' },
  'out': { kind: 'path', group: 'run', value: 'FILE', help: 'write it there: the objects of a plan, for run --plan, or the map' },
  'dry-run': { kind: 'flag', group: 'run', help: 'show the plan of this run, and do nothing' },
  'no-ledger': { kind: 'flag', group: 'run', help: 'do not note what is done: the next run begins anew' },
  'look-back': { kind: 'age', group: 'run', value: 'AGE', help: 'list so much further back, for objects that came late: 2d' },
  'drain-timeout': { kind: 'duration', group: 'run', value: 'TIME', default: '25s', help: 'how long a stop waits for what is under way' },
  'objects': { kind: 'choice', group: 'run', value: 'STATE', choices: ['failed', 'damaged', 'unfinished'], help: 'name the objects in this state, one a line' },
  'deep': { kind: 'count', group: 'run', value: 'N', min: 1, help: 'read N objects again, spread over the days, and look each id up' },
  'repair': { kind: 'flag', group: 'run', help: 'send objects again that lack documents, then verify again' },
  'error-on-empty': { kind: 'flag', group: 'run', help: 'exit 6 when there is nothing to do' },
  'workers': { kind: 'count', group: 'run', value: 'N', min: 1, defaultShown: 'cores', help: 'worker threads' },
  'metrics-file': { kind: 'path', group: 'run', value: 'FILE', help: "metrics for the textfile folder of Prometheus's node_exporter" },
  'metrics-port': { kind: 'count', group: 'run', value: 'PORT', min: 0, help: 'serve metrics for Prometheus while it runs, at /metrics' },

  'at': { kind: 'text', group: 'schedule', value: 'HH:MM', defaultShown: '02:30', pattern: { is: /^([01]\d|2[0-3]):[0-5]\d$/, means: 'a time of day such as 02:30' }, help: 'every day at this time, UTC' },
  'every': { kind: 'duration', group: 'schedule', value: 'TIME', help: 'so often instead: 15m, 1h, 6h' },
  'for': { kind: 'choice', group: 'schedule', value: 'WHAT', choices: ['systemd', 'cron', 'kubernetes', 'eventbridge'], defaultShown: 'all', help: 'what to print' },
  'image': { kind: 'text', group: 'schedule', value: 'NAME', defaultShown: 'flowbulk:VERSION', help: 'container image, made from the Containerfile' },

  'json': { kind: 'flag', group: 'talk', help: 'result as JSON on standard output' },
  'log-format': { kind: 'choice', group: 'talk', value: 'FORM', choices: ['text', 'json'], default: 'text', help: 'form of events on standard error' },
  'quiet': { kind: 'flag', group: 'talk', help: 'no progress and no summary, errors only' },
  'debug': { kind: 'flag', group: 'talk', help: 'codes and causes of errors, stacks of bugs' },
  'no-color': { kind: 'flag', group: 'talk', help: 'no colours (NO_COLOR does the same)' },
  'config': { kind: 'path', group: 'talk', value: 'FILE', defaultShown: 'flowbulk.config.* here or above', help: 'config file, .json or .yaml' },
  'job': { kind: 'text', group: 'talk', value: 'NAME', help: 'SOURCE, DESTINATION and options of a job in the config file' },
  'origin': { kind: 'flag', group: 'talk', help: 'also where each value is from' },
} as const satisfies Record<string, OptionSpec>;

/** The name of an option, without the dashes before it. */
export type OptionName = keyof typeof TABLE;

/** Every option by name, in the order of the help. */
export const OPTIONS: Readonly<Record<OptionName, OptionSpec>> = TABLE;

/** Options that every command takes. */
export const TALK_OPTIONS = ['log-format', 'quiet', 'debug', 'no-color', 'config'] as const;

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type Plain<S> = S extends { kind: 'flag' }
  ? boolean
  : S extends { kind: 'texts' | 'list' | 'paths' }
    ? readonly string[]
    : S extends { kind: 'choice'; choices: readonly (infer Word)[] }
      ? Word
      : S extends { kind: 'bytes' | 'count' | 'duration' }
        ? number
        : string;

type Always = { kind: 'flag' | 'texts' | 'list' | 'paths' } | { default: string };

/** Values of some options by their names in camel case; undefined where not given and without default. */
export type Values<Name extends OptionName> = {
  readonly [N in Name as CamelCase<N>]: (typeof TABLE)[N] extends Always
    ? Plain<(typeof TABLE)[N]>
    : Plain<(typeof TABLE)[N]> | undefined;
};

/** The environment variable of an option. */
export function envNameOf(name: OptionName): string {
  return `FLOWBULK_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The key of an option in `Values`. */
export function keyOf(name: OptionName): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

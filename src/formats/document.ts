/** What a document says beside its record: the run's options, the object it came from, and constants. */

import { FlowbulkError } from '../errors.ts';
import { FIELDS } from './fields.ts';
import type { Filter } from './filter/filter.ts';
import type { Columns } from './header.ts';
import type { IdMode } from './ids.ts';
import type { IndexName } from './index-name.ts';
import type { Json } from './json.ts';
import { SEKOIA_FORMS } from './sekoia.ts';

/** What a record can become. */
export const DOCUMENT_FORMS = ['documents', 'bulk', ...SEKOIA_FORMS] as const;

/** What a record becomes. */
export type DocumentForm = (typeof DOCUMENT_FORMS)[number];

/** The options that say which records become documents, and what shape these have; the same for a whole run. */
export interface DocumentOptions {
  /** Documents alone, or each after its action line, ready for `_bulk`; or what is for Sekoia instead. */
  readonly as: DocumentForm;
  /** What action lines ask for: `create` leaves a document that is there, `index` writes it again. */
  readonly op: 'create' | 'index';
  /** The index that action lines name; null where the request's path does. */
  readonly index: IndexName | null;
  readonly ids: IdMode;
  /** Adds `event.original` and the tag that makes Elastic keep it. */
  readonly keepOriginal: boolean;
  readonly tags: readonly string[];
  /** `data_stream.namespace`. */
  readonly namespace: string;
  /** Constants by `--field`: dotted path and value. */
  readonly constants: readonly (readonly [path: string, value: string])[];
  /** Which records become documents; null for all of them. */
  readonly filter: Filter | null;
}

/** What documents are where no option says otherwise. */
export const DEFAULT_DOCUMENTS: DocumentOptions = {
  as: 'documents',
  op: 'create',
  index: null,
  ids: 'default',
  keepOriginal: false,
  tags: ['forwarded', 'aws-vpcflow'],
  namespace: 'default',
  constants: [],
  filter: null,
};

/** What documents say of the object their records came from. */
export interface ObjectContext {
  /** Null for anything that is not in S3. */
  readonly s3: { readonly bucket: string; readonly arn: string; readonly key: string } | null;
  /**
   * The log group whose events its lines are (log-event.ts), with the columns that its flow logs are known to have; null for
   * anything that is not in CloudWatch.
   */
  readonly log: { readonly group: string; readonly formats: readonly Columns[] } | null;
  /** `log.file.path`; that of an event names its stream, too. */
  readonly path: string;
  /** `cloud.region` where a record has none; null where the object's is not known. */
  readonly region: string | null;
  /** `@timestamp` where a record has no time: the time in the key, else Last-Modified; milliseconds. */
  readonly timeMs: number;
  /** The id up to the offset; null for no ids. Events have their own. */
  readonly idPrefix: string | null;
}

/** The tag without which Fleet's final pipeline takes `event.original` away again. */
const PRESERVE_ORIGINAL = 'preserve_original_event';

/** Members that every document has, whatever the record: path and value. */
export function constantMembers(
  options: Pick<DocumentOptions, 'keepOriginal' | 'tags' | 'namespace' | 'constants'>,
): readonly (readonly [path: string, value: Json])[] {
  const tags = options.keepOriginal
    ? [PRESERVE_ORIGINAL, ...options.tags.filter((tag) => tag !== PRESERVE_ORIGINAL)]
    : options.tags;
  return [
    ['cloud.provider', 'aws'],
    ['data_stream.dataset', 'aws.vpcflow'],
    ['data_stream.namespace', options.namespace],
    ['data_stream.type', 'logs'],
    ['ecs.version', '8.11.0'],
    ['event.category', ['network']],
    ['event.dataset', 'aws.vpcflow'],
    ['event.kind', 'event'],
    ['input.type', 'aws-s3'],
    ...(tags.length === 0 ? [] : [['tags', tags] as const]),
    ...options.constants,
  ];
}

/** Members of the object's own, the same for all its documents: path and value. */
export function objectMembers(context: ObjectContext): readonly (readonly [path: string, value: Json])[] {
  // Events say it themselves.
  if (context.log !== null) return [];
  if (context.s3 === null) return [['log.file.path', context.path]];
  return [
    ['aws.s3.bucket.arn', context.s3.arn],
    ['aws.s3.bucket.name', context.s3.bucket],
    ['aws.s3.object.key', context.s3.key],
    ['log.file.path', context.path],
  ];
}

/** Most bytes that constants may have: they stand in every document, and a document must fit into a body. */
const MAX_CONSTANT_BYTES = 65_536;

/** The options, checked together. Throws E_USAGE where constants would make documents too large. */
export function documentOptions(options: DocumentOptions): DocumentOptions {
  const bytes = Buffer.byteLength(JSON.stringify(constantMembers(options)));
  if (bytes > MAX_CONSTANT_BYTES) {
    throw new FlowbulkError(
      'E_USAGE',
      `--tags and --field add ${bytes} bytes to every document, at most ${MAX_CONSTANT_BYTES} can be`,
    );
  }
  return options;
}

/** Paths that documents fill themselves, beside those of the table of fields. */
const DERIVED_PATHS: readonly string[] = [
  '@timestamp',
  'aws.cloudwatch',
  'aws.s3',
  'aws.vpcflow',
  'destination.as',
  'destination.geo',
  'event.id',
  'event.original',
  'event.outcome',
  'event.type',
  'log.file.path',
  'log.offset',
  'network.community_id',
  'network.transport',
  'network.type',
  'related.ip',
  'source.as',
  'source.geo',
];

const within = (path: string, other: string): boolean => path === other || path.startsWith(`${other}.`);

/** Reads `--field NAME=VALUE`. Throws E_USAGE for a name that documents fill themselves. */
export function parseConstants(texts: readonly string[]): DocumentOptions['constants'] {
  const own = [...DERIVED_PATHS, ...FIELDS.flatMap((field) => field.targets)];
  const fixed = constantMembers({ keepOriginal: false, tags: ['-'], namespace: '-', constants: [] });
  const taken = [...own, ...fixed.map(([path]) => path)];
  return texts.map((text) => {
    const [, path, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (path === undefined || value === undefined || path.split('.').some((name) => name === '')) {
      throw new FlowbulkError('E_USAGE', `--field ${text} is not NAME=VALUE, such as labels.env=prod`);
    }
    const clash = taken.find((other) => within(path, other) || within(other, path));
    if (clash !== undefined) {
      throw new FlowbulkError(
        'E_USAGE',
        `--field ${path} would take the place of ${clash}; choose another name, such as labels.${path.split('.').at(-1)}`,
      );
    }
    taken.push(path);
    return [path, value];
  });
}

/**
 * Index mappings: the type of each path that documents have, from the table of fields.
 *
 * Only types that Elasticsearch and OpenSearch both have, in their smallest editions too: no constant_keyword, no
 * wildcard, no match_only_text, no flattened. Types are those of Elastic's integration
 * (https://github.com/elastic/integrations/tree/main/packages/aws/data_stream/vpcflow/fields) and of ECS, but that
 * there is no text: nothing in a flow log is prose.
 */

import { constantMembers, objectMembers } from '../formats/document.ts';
import { FIELDS, type Field, type FieldKind } from '../formats/fields.ts';
import { type Json, type MutableObject, newObject, setPath } from '../formats/json.ts';
import { eventMembers } from '../formats/log-event.ts';

/** All paths searchable, or those alone that are searched most. */
export type MappingForm = 'standard' | 'lean';

type FieldType = 'date' | 'geo_point' | 'ip' | 'keyword' | 'long';

const TYPE_OF_KIND: Readonly<Record<FieldKind, FieldType>> = {
  text: 'keyword',
  action: 'keyword',
  address: 'keyword',
  ip: 'ip',
  port: 'long',
  // ECS has network.iana_number as keyword: nobody asks for protocols between 6 and 17.
  protocol: 'keyword',
  count: 'long',
  loss: 'long',
  epoch: 'date',
  flags: 'keyword',
};

/** Paths that are made of several fields, or of databases. */
const DERIVED: Readonly<Record<string, FieldType>> = {
  '@timestamp': 'date',
  'aws.cloudwatch.ingestion_time': 'date',
  'aws.vpcflow.tcp_flags_array': 'keyword',
  'event.original': 'keyword',
  'event.outcome': 'keyword',
  'event.type': 'keyword',
  'log.offset': 'long',
  'network.community_id': 'keyword',
  'network.transport': 'keyword',
  'network.type': 'keyword',
  'related.ip': 'ip',
};

/** Below `source` and `destination`. */
const ENRICHED: Readonly<Record<string, FieldType>> = {
  'as.number': 'long',
  'as.organization.name': 'keyword',
  'geo.city_name': 'keyword',
  'geo.continent_name': 'keyword',
  'geo.country_iso_code': 'keyword',
  'geo.country_name': 'keyword',
  'geo.location': 'geo_point',
  'geo.region_iso_code': 'keyword',
  'geo.region_name': 'keyword',
};

/**
 * What the lean form indexes. A value that lies at two paths is indexed at one, the one of ECS: `source.bytes` and not
 * `network.bytes`, `cloud.account.id` and not `aws.vpcflow.account_id`. `event.end` is `@timestamp`.
 */
const LEAN: ReadonlySet<string> = new Set([
  '@timestamp',
  'aws.cloudwatch.log_group',
  'aws.vpcflow.interface_id',
  'aws.vpcflow.pkt_dstaddr',
  'aws.vpcflow.pkt_srcaddr',
  'aws.vpcflow.tgw_attachment_id',
  'aws.vpcflow.tgw_id',
  'aws.vpcflow.vpc_id',
  'cloud.account.id',
  'cloud.instance.id',
  'cloud.region',
  'data_stream.dataset',
  'destination.as.number',
  'destination.geo.country_iso_code',
  'destination.ip',
  'destination.port',
  'event.action',
  'event.outcome',
  'event.start',
  'log.file.path',
  'network.community_id',
  'network.transport',
  'source.as.number',
  'source.bytes',
  'source.geo.country_iso_code',
  'source.ip',
  'source.packets',
  'source.port',
]);

/** As in Elastic's mappings; a longer value stays in the document, and is not searchable. */
const IGNORE_ABOVE = 1024;
const SHORT_KEYWORD = { type: 'keyword', ignore_above: IGNORE_ABOVE };

/** Strings at other paths: unknown columns, `labels.*` and other `--field` constants. */
const STRINGS_AS_KEYWORDS = { strings_as_keywords: { match_mapping_type: 'string', mapping: SHORT_KEYWORD } };

function typeOf(field: Field, path: string): FieldType {
  return field.kind === 'address' && path.endsWith('.ip') ? 'ip' : TYPE_OF_KIND[field.kind];
}

/** Every path of documents with its type, but for unknown columns and `--field` constants. */
function typesByPath(): ReadonlyMap<string, FieldType> {
  const constants = constantMembers({ keepOriginal: false, tags: ['-'], namespace: '-', constants: [] });
  const s3 = { bucket: '', arn: '', key: '' };
  const ofObject = objectMembers({ s3, log: null, path: '', region: null, timeMs: 0, idPrefix: null });
  const ofEvent = eventMembers('', { id: '', stream: '', timestampMs: 0, ingestionMs: 0, message: '' });
  return new Map<string, FieldType>([
    ...[...constants, ...ofObject, ...ofEvent].map(([path]) => [path, 'keyword'] as const),
    ...FIELDS.flatMap((field) => field.targets.map((path) => [path, typeOf(field, path)] as const)),
    ...Object.entries(DERIVED),
    ...['destination', 'source'].flatMap((side) =>
      Object.entries(ENRICHED).map(([path, type]) => [`${side}.${path}`, type] as const),
    ),
  ]);
}

function definitionOf(path: string, type: FieldType): Json {
  if (path === 'event.original') return { type, index: false, doc_values: false };
  // Objects are counted by it, so none may be left out: a path has at most some 4,000 bytes, a term may have 32,766.
  if (path === 'log.file.path') return { type };
  return type === 'keyword' ? SHORT_KEYWORD : { type };
}

/**
 * The `mappings` of an index. In the lean form all else stays in `_source` and is found by no search; but for
 * `labels.*`, which are there only because somebody wants to search for them.
 */
export function mappingsOf(form: MappingForm): { readonly [key: string]: Json } {
  const types = typesByPath();
  const paths = [...types.keys()].filter((path) => form === 'standard' || LEAN.has(path)).sort();
  const root = newObject();
  for (const path of paths) {
    setPath(
      root,
      `properties.${path.replaceAll('.', '.properties.')}`,
      definitionOf(path, types.get(path) as FieldType),
    );
  }
  const properties = root['properties'] as MutableObject;
  if (form === 'lean') properties['labels'] = { type: 'object', dynamic: true };
  return {
    ...(form === 'lean' ? { dynamic: false } : {}),
    date_detection: false,
    dynamic_templates: [STRINGS_AS_KEYWORDS],
    properties: properties as { readonly [key: string]: Json },
  };
}

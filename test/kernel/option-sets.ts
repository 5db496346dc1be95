/** Options and objects that between them give documents all their shapes. */

import type { DocumentOptions, ObjectContext } from '../../src/formats/document.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { IN_S3, LOCAL } from './both.ts';

/** What a differential test is run with. */
export interface OptionSet {
  readonly name: string;
  readonly options: Partial<DocumentOptions>;
  readonly contexts: readonly ObjectContext[];
}

const NO_REGION: ObjectContext = { ...IN_S3, region: null };
const NO_IDS: ObjectContext = { ...IN_S3, idPrefix: null };
const FILEBEAT: ObjectContext = { ...IN_S3, idPrefix: '1730983462000000000-0123456789-' };

/** Far from the times of its records, so that an index of the wrong time shows. */
const FUTURE: ObjectContext = { ...IN_S3, timeMs: Date.UTC(2031, 11, 31, 23, 59, 59) };

export const OPTION_SETS: readonly OptionSet[] = [
  { name: 'documents', options: {}, contexts: [IN_S3, LOCAL, NO_REGION] },
  { name: 'bulk with originals', options: { as: 'bulk', keepOriginal: true }, contexts: [IN_S3, NO_IDS, LOCAL] },
  {
    name: 'bulk with the ids of Filebeat',
    options: { as: 'bulk', ids: 'filebeat', tags: [] },
    contexts: [FILEBEAT, NO_REGION],
  },
  { name: 'bulk without ids', options: { as: 'bulk', ids: 'none', namespace: 'größer' }, contexts: [NO_IDS, LOCAL] },
  {
    name: 'documents with constants and many tags',
    options: {
      keepOriginal: true,
      tags: Array.from({ length: 50 }, (_, i) => `tag "${i}" é`),
      constants: [
        ['labels.env', 'prod'],
        ['aaa.first', '\u0000\\"\u2028'],
        ['event.module', 'aws'],
        ['zzz.last', 'ü'],
      ],
    },
    contexts: [IN_S3, LOCAL],
  },
  {
    name: 'bulk that writes again, an index a month',
    options: { as: 'bulk', op: 'index', index: parseIndexName('vpcflow-{yyyy.MM}') },
    contexts: [FUTURE, NO_IDS, LOCAL],
  },
  {
    name: 'bulk without ids, an index a day',
    options: { as: 'bulk', ids: 'none', index: parseIndexName('größe{yyyyMMdd}.b'), keepOriginal: true },
    contexts: [NO_IDS, LOCAL],
  },
  {
    name: 'bulk with the ids of Filebeat, an index a year',
    options: { as: 'bulk', ids: 'filebeat', index: parseIndexName('v{yyyy}') },
    contexts: [FILEBEAT, FUTURE],
  },
  {
    name: 'bulk that writes again, one index',
    options: { as: 'bulk', op: 'index', index: parseIndexName('logs-aws.vpcflow-default') },
    contexts: [IN_S3, LOCAL],
  },
  { name: 'events for Sekoia, text', options: { as: 'sekoia' }, contexts: [IN_S3, LOCAL] },
  { name: 'events for Sekoia, JSON', options: { as: 'sekoia-json' }, contexts: [NO_REGION] },
  { name: 'what Sekoia makes of events', options: { as: 'sekoia-ecs' }, contexts: [IN_S3] },
];

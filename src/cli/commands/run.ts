/** `flowbulk run SOURCE DESTINATION`: flow logs into Elasticsearch or OpenSearch. */

import path from 'node:path';
import { isTarget, parseTarget } from '../../cluster/target.ts';
import { FlowbulkError } from '../../errors.ts';
import { type IndexName, isTimeNamed, parseIndexName } from '../../formats/index-name.ts';
import { openJob, stateFolder } from '../../job/job.ts';
import { openDestination } from '../../sinks/destination.ts';
import { ACCESS_OPTIONS, clusterOutlet, DELIVERY_OPTIONS } from '../cluster-outlet.ts';
import { command } from '../command.ts';
import { CONVERSION_OPTIONS, convertInto, documentOptionsOf, type Outlet, workersOf } from '../conversion.ts';
import { jobOutlet } from '../job-outlet.ts';

/** SOURCE or DESTINATION as a job is known by: the same from wherever it is called. */
function absolute(text: string): string {
  return text === '-' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : path.resolve(text) + (/[/\\]$/.test(text) ? '/' : '');
}

/** A folder as outlet; a single file or standard output would have to be begun anew each time. Throws E_USAGE. */
function folderOutlet(text: string, gzip: boolean, run: string, deadLetterPath: string): Outlet {
  const refused = new FlowbulkError(
    'E_USAGE',
    `run goes on where it stopped, which ${text} does not allow: give a folder (with / at its end) or a cluster, ` +
      'or use flowbulk convert',
  );
  if (text === '-') throw refused;
  const destination = openDestination(text, { gzip, partBytes: null, run });
  if (destination.spec.kind !== 'folder') {
    destination.rollBack();
    throw refused;
  }
  return { sink: destination.spec, deadLetterPath, commit() {}, rollBack() {}, async close() {} };
}

export const run = command({
  name: 'run',
  summary: 'flow logs into Elasticsearch or OpenSearch, every document answered for',
  usage: ['run SOURCE DESTINATION'],
  examples: [
    ['run s3://bucket/prefix/ https://cluster:9200/logs-aws.vpcflow-default --api-key-file key', 'into a data stream'],
    ['run s3://bucket/ https://cluster:9200/vpcflow-{yyyy.MM} --bulk-settings', 'into indices by the month of records'],
    ['run logs/ http://localhost:9200/vpcflow --max-records 1M', 'the first million, to try it'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 'a file, a folder, - or s3://bucket/prefix' },
    {
      name: 'DESTINATION',
      required: true,
      help: 'https://host:9200/NAME: a data stream, an index, or a pattern such as vpcflow-{yyyy.MM.dd}',
    },
  ],
  options: [
    ...CONVERSION_OPTIONS,
    ...DELIVERY_OPTIONS,
    ...ACCESS_OPTIONS,
    'state',
    'no-ledger',
    'look-back',
    'drain-timeout',
  ],
  notes: ['Secrets: --api-key-file and --password-file, or FLOWBULK_API_KEY and FLOWBULK_PASSWORD.'],

  async run([sourceText = '', destinationText = ''], values, io) {
    const target = isTarget(destinationText) ? parseTarget(destinationText, values.cloudId) : null;
    const name: IndexName = target === null ? [] : parseIndexName(target.name);
    const options = documentOptionsOf(values, {
      as: target === null ? 'documents' : 'bulk',
      op: values.op,
      index: isTimeNamed(name) ? name : null,
    });
    const job = openJob(stateFolder(values.state, io.env), {
      source: absolute(sourceText),
      destination: target === null ? absolute(destinationText) : `${target.hosts.join(',')}/${target.name}`,
      ids: values.ids,
      namespace: values.namespace,
      tags: values.tags,
      keepOriginal: values.keepOriginal,
    });
    const open = (run: string) =>
      jobOutlet(job, run, values, async () =>
        target === null
          ? folderOutlet(destinationText, values.compress === 'gzip', run, job.deadLetterPath)
          : clusterOutlet(target, name, values, workersOf(values), job, io),
      );
    return convertInto(sourceText, values, options, io, open, values.lookBack);
  },
});

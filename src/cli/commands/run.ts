/** `flowbulk run SOURCE DESTINATION`: flow logs into Elasticsearch or OpenSearch. */

import { isTarget, parseTarget } from '../../cluster/target.ts';
import { FlowbulkError } from '../../errors.ts';
import { isTimeNamed, parseIndexName } from '../../formats/index-name.ts';
import { openJob, stateFolder } from '../../job/job.ts';
import { ACCESS_OPTIONS, clusterOutlet, DELIVERY_OPTIONS } from '../cluster-outlet.ts';
import { command } from '../command.ts';
import { CONVERSION_OPTIONS, convertInto, documentOptionsOf, workersOf } from '../conversion.ts';

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
  options: [...CONVERSION_OPTIONS, ...DELIVERY_OPTIONS, ...ACCESS_OPTIONS, 'state'],
  notes: ['Secrets: --api-key-file and --password-file, or FLOWBULK_API_KEY and FLOWBULK_PASSWORD.'],

  async run([sourceText = '', destinationText = ''], values, io) {
    if (!isTarget(destinationText)) {
      throw new FlowbulkError(
        'E_USAGE',
        `run sends to a cluster, https://host:9200/NAME, not to ${destinationText}; flowbulk convert writes files`,
      );
    }
    const target = parseTarget(destinationText, values.cloudId);
    const name = parseIndexName(target.name);
    const index = isTimeNamed(name) ? name : null;
    const options = documentOptionsOf(values, { as: 'bulk', op: values.op, index });
    const job = openJob(stateFolder(values.state, io.env), {
      source: sourceText,
      destination: `${target.hosts.join(',')}/${target.name}`,
      ids: values.ids,
      namespace: values.namespace,
      tags: values.tags,
      keepOriginal: values.keepOriginal,
    });
    const workers = workersOf(values);
    return convertInto(sourceText, values, options, io, () => clusterOutlet(target, name, values, workers, job, io));
  },
});

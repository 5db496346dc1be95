/** `flowbulk run SOURCE DESTINATION`: flow logs into Elasticsearch or OpenSearch. */

import { openJob, stateFolder } from '../../job/job.ts';
import { readPlan } from '../../plan/plan-file.ts';
import { parseSource } from '../../sources/spec.ts';
import { awsOptions } from '../asked.ts';
import { command } from '../command.ts';
import { convertInto } from '../conversion.ts';
import { doneIn, JOB_OPTIONS, jobAsked, openJobOutlet } from '../job-asked.ts';
import { showPlan } from '../planning.ts';

/** Objects that a dry run reads to estimate from, as `plan` does. */
const DRY_RUN_SAMPLES = 12;

export const run = command({
  name: 'run',
  summary: 'flow logs into Elasticsearch or OpenSearch, every document answered for',
  usage: ['run SOURCE DESTINATION'],
  examples: [
    ['run s3://bucket/prefix/ https://cluster:9200/logs-aws.vpcflow-default --api-key-file key', 'into a data stream'],
    ['run s3://bucket/ https://cluster:9200/vpcflow-{yyyy.MM} --bulk-settings', 'into indices by the month of records'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 'a file, a folder, - or s3://bucket/prefix' },
    {
      name: 'DESTINATION',
      required: true,
      help: 'https://host:9200/NAME: a data stream, an index, or a pattern such as vpcflow-{yyyy.MM.dd}',
    },
  ],
  options: [...JOB_OPTIONS, 'plan', 'dry-run', 'no-ledger'],
  notes: ['Secrets: --api-key-file and --password-file, or FLOWBULK_API_KEY and FLOWBULK_PASSWORD.'],

  async run([sourceText = '', destinationText = ''], values, io) {
    const asked = jobAsked(sourceText, destinationText, values);
    const state = stateFolder(values.state, io.env);
    if (values.dryRun) {
      const done = await doneIn(state, asked, values.noLedger);
      const more = { samples: DRY_RUN_SAMPLES, prices: [], rate: undefined, out: undefined, isDone: done.has };
      return showPlan(sourceText, destinationText, values, more, io).finally(done.close);
    }
    const job = openJob(state, asked.identity);
    const { plan } = values;
    const spec = parseSource(sourceText, { aws: awsOptions(values) });
    const open = async (run: string) => ({
      ...(await openJobOutlet(asked, job, run, values, io)),
      ...(plan === undefined ? {} : { listed: () => readPlan(plan, spec) }),
    });
    return convertInto(sourceText, values, asked.options, io, open, values.lookBack);
  },
});

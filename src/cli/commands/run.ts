/** `flowbulk run SOURCE DESTINATION`: flow logs into Elasticsearch, OpenSearch or an intake of Sekoia. */

import { FlowbulkError } from '../../errors.ts';
import { INTAKE_FORMS } from '../../formats/sekoia.ts';
import { openJob, stateFolder } from '../../job/job.ts';
import { readPlan } from '../../plan/plan-file.ts';
import type { SourceSpec } from '../../sources/spec.ts';
import { sourceAsked } from '../asked.ts';
import { command } from '../command.ts';
import { convertInto } from '../conversion.ts';
import { following, isFollowed } from '../following.ts';
import { doneIn, JOB_OPTIONS, jobAsked, openJobOutlet } from '../job-asked.ts';
import type { Values } from '../options.ts';
import { showPlan } from '../planning.ts';

/** Objects that a dry run reads to estimate from, as `plan` does. */
const DRY_RUN_SAMPLES = 12;

/** Throws E_USAGE for what a queue does not go with. */
function checkQueue(spec: SourceSpec, text: string, { dryRun, ids }: Values<'dry-run' | 'ids'>): void {
  if (spec.kind !== 'sqs') return;
  if (spec.ends === null && !dryRun) {
    throw new FlowbulkError('E_USAGE', `${text} is a queue: give --follow (until stopped) or --until-empty`);
  }
  if (ids === 'filebeat') {
    const next = 'give --ids filebeat-sqs, which is what Filebeat does, or leave it';
    throw new FlowbulkError('E_USAGE', `--ids filebeat needs Last-Modified, which messages do not tell: ${next}`);
  }
}

export const run = command({
  name: 'run',
  summary: 'flow logs into Elasticsearch or OpenSearch, every document answered for',
  usage: ['run SOURCE DESTINATION'],
  examples: [
    ['run s3://bucket/prefix/ https://cluster:9200/logs-aws.vpcflow-default --api-key-file key', 'into a data stream'],
    ['run s3://bucket/ https://cluster:9200/vpcflow-{yyyy.MM} --bulk-settings', 'into indices by the month of records'],
    ['run sqs://queue https://cluster:9200/logs-aws.vpcflow-default --follow', 'as objects come'],
    ['run s3://bucket/ sekoia://intake.sekoia.io --api-key-file key', "lines into Sekoia's intake"],
  ],
  arguments: [
    {
      name: 'SOURCE',
      required: true,
      help: 'a file, a folder, -, s3://bucket/prefix, sqs://queue of S3 notifications, or cloudwatch://GROUP',
    },
    {
      name: 'DESTINATION',
      required: true,
      help: 'https://host:9200/NAME (data stream, index, or pattern such as vpcflow-{yyyy.MM.dd}), or sekoia://intake',
    },
  ],
  options: [...JOB_OPTIONS, 'plan', 'dry-run', 'no-ledger'],
  choices: { as: INTAKE_FORMS },

  async run([sourceText = '', destinationText = ''], values, io) {
    const spec = sourceAsked(sourceText, values);
    checkQueue(spec, sourceText, values);
    const follows = isFollowed(spec, values);
    const asked = jobAsked(sourceText, destinationText, values, io.env);
    const state = stateFolder(values.state, io.env);
    if (values.dryRun) {
      const done = await doneIn(state, asked, values.noLedger);
      const more = {
        samples: DRY_RUN_SAMPLES,
        prices: [],
        rate: undefined,
        out: undefined,
        isDone: done.has,
        isKnown: done.knows,
      };
      return showPlan(sourceText, destinationText, values, more, io).finally(done.close);
    }
    const job = openJob(state, asked.identity);
    const { plan } = values;
    const open = async (run: string) => {
      const outlet = await openJobOutlet(asked, job, run, values, io);
      if (follows) return following(outlet, spec, values, io);
      return plan === undefined ? outlet : { ...outlet, listed: () => readPlan(plan, spec) };
    };
    return convertInto({ text: sourceText, spec }, values, asked.options, io, open, values.lookBack);
  },
});

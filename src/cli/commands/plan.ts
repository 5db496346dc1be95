/** `flowbulk plan SOURCE [DESTINATION]`: what a run would read, how long it takes and what it costs. */

import { DOCUMENT_FORMS } from '../../formats/document.ts';
import { stateFolder } from '../../job/job.ts';
import { command } from '../command.ts';
import { type Done, doneIn, jobAsked } from '../job-asked.ts';
import { PLANNED_OPTIONS, showPlan } from '../planning.ts';

export const plan = command({
  name: 'plan',
  summary: 'how much there is, what it becomes, what it costs and how long it takes',
  usage: ['plan SOURCE [DESTINATION]'],
  examples: [
    ['plan s3://bucket/prefix/ --from 2025-01-01 --to 2025-01-31', 'a month: objects, gaps, records, price'],
    ['plan s3://bucket/ https://cluster:9200/vpcflow --rate 30k', 'into a cluster that takes 30,000 documents/s'],
    ['plan s3://bucket/ --since 90d --out plan.ndjson', 'the objects one by one, too, for run --plan'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 'a file, a folder, s3://bucket/prefix or cloudwatch://GROUP' },
    { name: 'DESTINATION', required: false, help: 'as for run or convert; a cluster is asked what it holds already' },
  ],
  options: [...PLANNED_OPTIONS, 'ids', 'op', 'state', 'no-ledger', 'samples', 'prices', 'rate', 'out'],
  choices: { as: DOCUMENT_FORMS },
  notes: ['Nothing is written but --out. Of S3 it makes the LIST requests of a run, and a GET for each sample.'],

  async run([source = '', destination], values, io) {
    const { samples, prices, rate, out } = values;
    // Without DESTINATION there is no job, and nothing that is done.
    const done: Done | null =
      destination === undefined
        ? null
        : await doneIn(
            stateFolder(values.state, io.env),
            jobAsked(source, destination, values, io.env),
            values.noLedger,
          );
    const isDone: Done['has'] = (object) => done?.has(object) ?? false;
    const isKnown: Done['knows'] = (object) => done?.knows(object) ?? false;
    try {
      return await showPlan(source, destination ?? null, values, { samples, prices, rate, out, isDone, isKnown }, io);
    } finally {
      await done?.close();
    }
  },
});

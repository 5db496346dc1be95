/** `flowbulk report [RUN]`: what a run did, as text or as one page of HTML. */

import { EXIT } from '../../errors.ts';
import { writeWhole } from '../../geo/write-whole.ts';
import { stateFolder } from '../../job/job.ts';
import { findRecord, readRecord } from '../../report/find-record.ts';
import { reportPage } from '../../report/page.ts';
import { recordAsText } from '../../report/record-text.ts';
import { sinkError } from '../../sinks/write.ts';
import { command } from '../command.ts';

export const report = command({
  name: 'report',
  summary: 'what a run did: totals, rates over time, days, failures',
  usage: ['report [RUN]'],
  examples: [
    ['report', 'the latest run'],
    ['report --html run.html', 'the latest run as one page, for a browser'],
    ['report 1f2e3d4c --json', 'all that is noted of run 1f2e3d4c'],
  ],
  arguments: [{ name: 'RUN', required: false, help: 'name of a run, or the path of its record (the latest)' }],
  options: ['html', 'state', 'json'],
  notes: ['Each run leaves its record in the folder of its job: jobs/NAME/runs/TIME-RUN.json in the state folder.'],

  async run([asked], { html, state, json }, { talk, stdout, env }) {
    const file = findRecord(asked, stateFolder(state, env));
    const record = readRecord(file);
    if (html !== undefined) {
      try {
        writeWhole(html, reportPage(record));
      } catch (error) {
        throw sinkError(error, html);
      }
      talk.info(`report of run ${record.run} in ${html}`);
    }
    stdout.write(json ? `${JSON.stringify(record)}\n` : recordAsText(record));
    return EXIT.ok;
  },
});

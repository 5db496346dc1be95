/** `flowbulk status [JOB]`: jobs, how they stand, and what to do next. */

import path from 'node:path';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { jobIn, stateFolder } from '../../job/job.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { jobNames, jobStatus, nextStep } from '../../status/job-status.ts';
import { statusAsText } from '../../status/status-text.ts';
import { didYouMean } from '../../suggest.ts';
import { command } from '../command.ts';

/** The jobs that are meant: all, or those whose name begins so. Throws E_USAGE where there is none. */
function meant(names: readonly string[], asked: string | undefined, state: string): readonly string[] {
  if (asked === undefined) return names;
  const found = names.filter((name) => name === asked || name.startsWith(asked));
  if (found.length > 0) return found;
  throw new FlowbulkError('E_USAGE', `no job '${asked}' in ${path.join(state, 'jobs')}${didYouMean(asked, names)}`);
}

export const status = command({
  name: 'status',
  summary: 'jobs, how they stand, and what to do next',
  usage: ['status [JOB]'],
  examples: [
    ['status', 'all jobs'],
    ['status logs-aws.vpcflow-default --objects failed', 'objects that failed, with the reason, one a line'],
  ],
  arguments: [{ name: 'JOB', required: false, help: 'name of a job, or its beginning' }],
  options: ['state', 'objects', 'json'],

  async run([asked], values, io) {
    const { talk, stdout } = io;
    const state = stateFolder(values.state, io.env);
    const names = meant(jobNames(state), asked, state);
    if (names.length === 0) talk.info(`no jobs in ${path.join(state, 'jobs')}: flowbulk run makes one`);
    for (const name of names) {
      const job = jobIn(path.join(state, 'jobs', name));
      if (values.objects !== undefined) {
        const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
        try {
          for (const trouble of ledger.troubles()) {
            if (trouble.state !== values.objects) continue;
            const { object, code, reason } = trouble;
            stdout.write(values.json ? `${JSON.stringify(trouble)}\n` : `${object}\t${code}\t${reason}\n`);
          }
        } finally {
          await ledger.close();
        }
        continue;
      }
      const found = await jobStatus(state, name);
      stdout.write(
        values.json ? `${JSON.stringify({ ...found, next: nextStep(found) })}\n` : `${statusAsText(found)}\n`,
      );
    }
    return EXIT.ok;
  },
});

/** `flowbulk retry SOURCE DESTINATION`: what failed, once more. */

import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../errors.ts';
import type { Job } from '../../job/job.ts';
import { Ledger, type Trouble } from '../../ledger/ledger.ts';
import { selector } from '../../plan/select.ts';
import { formatCount } from '../../progress/numbers.ts';
import { countSendable, type ResentLetters, resendLetters } from '../../retry/letters.ts';
import { troubledObjects } from '../../retry/troubled.ts';
import { clusterWay, intakeWay, type LetterWay } from '../../retry/ways.ts';
import { outputEnding, outputPath } from '../../sinks/output-names.ts';
import type { SinkSpec } from '../../sinks/sink.ts';
import { selectionOf } from '../asked.ts';
import { type CommandIo, command } from '../command.ts';
import { JOB_OPTIONS, type JobAsked, type JobValues, jobAfterRun, openJobOutlet, runAgain } from '../job-asked.ts';

type IsSelected = (key: string) => boolean;

async function troublesOf(job: Job, isSelected: IsSelected): Promise<readonly Trouble[]> {
  const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
  try {
    return [...ledger.troubles()].filter(({ source }) => isSelected(source.key));
  } finally {
    await ledger.close();
  }
}

/** Reads objects again. */
async function againObjects(
  sourceText: string,
  asked: JobAsked,
  job: Job,
  troubles: readonly Trouble[],
  values: JobValues,
  io: CommandIo,
): Promise<void> {
  const keepsDocuments = takesDocuments(asked);
  const onReplaced = ({ object }: Trouble) => {
    if (!keepsDocuments) return;
    io.talk.warn(
      `${object} is another version than the damaged one: what the target has of that one stays, beside what comes now` +
        (asked.target === null ? '' : ' (it is found by log.file.path, and told apart by _id)'),
    );
  };
  await runAgain(
    sourceText,
    asked,
    job,
    values,
    io,
    (ledger) => (source) => troubledObjects(troubles, ledger, source, { keepsDocuments, onReplaced }, io.signal),
  );
}

/** Whether documents go to a server, which may refuse some; else they are files. */
function takesDocuments({ target, intake }: JobAsked): boolean {
  return target !== null || intake !== null;
}

function wayOf(sink: SinkSpec, op: 'create' | 'index'): LetterWay {
  if (sink.kind === 'cluster') return clusterWay(sink.bulk, op);
  if (sink.kind === 'sekoia') return intakeWay(sink.intake);
  throw new TypeError('letters go to servers');
}

/** Takes away what was written of objects up to their damage, where all of them is written now. */
function dropDamaged(root: string, troubles: readonly Trouble[]): void {
  for (const { source, state } of troubles) {
    if (state !== 'damaged') continue;
    const base = path.join(root, outputPath(source.key));
    for (const isGzip of [false, true]) {
      if (!existsSync(base + outputEnding('whole', null, isGzip))) continue;
      rmSync(base + outputEnding('damaged', null, isGzip), { force: true });
    }
  }
}

/** Sends refused documents again. */
async function againLetters(
  asked: JobAsked,
  job: Job,
  isSelected: IsSelected,
  values: JobValues,
  io: CommandIo,
): Promise<ResentLetters> {
  const run = randomUUID().slice(0, 8);
  const outlet = await openJobOutlet(asked, job, run, { ...values, noLedger: false }, io);
  try {
    const { sink, bodies, deadLetterPath } = outlet;
    const options = {
      ledger: outlet.ledger as Ledger,
      deadLetterPath,
      way: wayOf(sink, values.op),
      // The last document of a body may go beyond.
      bodyBytes: (bodies?.bodyBytes ?? values.bodyBytes) >> 1,
      run,
      isSelected,
    };
    return await resendLetters(options, io.signal);
  } finally {
    await outlet.close();
  }
}

function lettersText({ documents, created, duplicates, failureStore, refused, kept }: ResentLetters): string {
  const parts = [
    `${formatCount(created)} created`,
    `${formatCount(duplicates)} there already`,
    ...(failureStore > 0 ? [`${formatCount(failureStore)} in the failure store`] : []),
    `${formatCount(refused)} refused again`,
  ];
  const staying = Object.entries(kept).map(([kind, count]) => `${formatCount(count)} ${kind}`);
  const left = staying.length === 0 ? '' : `; other letters stay: ${staying.join(', ')}`;
  return `documents sent again: ${formatCount(documents)}: ${parts.join(', ')}${left}\n`;
}

export const retry = command({
  name: 'retry',
  summary: 'objects that failed or are damaged, and documents that were refused, once more',
  usage: ['retry SOURCE DESTINATION'],
  examples: [
    ['retry s3://bucket/prefix/ https://cluster:9200/vpcflow --city city.mmdb --asn asn.mmdb', 'as run was called'],
    ['retry s3://bucket/ https://cluster:9200/vpcflow --dry-run', 'says what it would do'],
  ],
  arguments: [
    {
      name: 'SOURCE',
      required: true,
      help: 'as for run, and so are --ids, --namespace, --tags, --keep-original and --state',
    },
    { name: 'DESTINATION', required: true, help: 'as for run' },
  ],
  options: [...JOB_OPTIONS, 'dry-run'],
  notes: [
    'Mend first what was wrong: rights in the bucket, the mapping. Objects are converted anew: give --city and --asn, too.',
    'Exit 0: nothing is left to be tried again. Exit 3: something is.',
  ],

  async run([sourceText = '', destinationText = ''], given, io) {
    const { stdout } = io;
    const { job, values, asked } = await jobAfterRun(sourceText, destinationText, given, io.env);
    const isSelected = selector(selectionOf(values, Date.now(), values.lookBack));
    const troubles = await troublesOf(job, isSelected);
    const count = !takesDocuments(asked) ? 0 : await countSendable(job.deadLetterPath, isSelected);
    const tell = (text: string, facts: object) => stdout.write(values.json ? `${JSON.stringify(facts)}\n` : text);
    if (values.dryRun) {
      for (const { object, state, reason } of troubles) {
        if (!values.json) stdout.write(`${object}\t${state}\t${reason}\n`);
      }
      const objects = troubles.map(({ source: _, ...trouble }) => trouble);
      tell(`would read ${formatCount(troubles.length)} objects again, and send ${formatCount(count)} documents\n`, {
        v: 1,
        objects,
        documents: count,
      });
      return EXIT.ok;
    }
    if (troubles.length > 0) {
      await againObjects(sourceText, asked, job, troubles, values, io);
      if (!takesDocuments(asked)) dropDamaged(asked.destination, troubles);
    }
    const hasLetters = takesDocuments(asked) && (await countSendable(job.deadLetterPath, isSelected)) > 0;
    const letters = hasLetters ? await againLetters(asked, job, isSelected, values, io) : null;
    const left = await troublesOf(job, isSelected);
    const done = troubles.length - left.length;
    tell(
      `objects read again: ${formatCount(troubles.length)}: ${formatCount(done)} done, ${formatCount(left.length)} left\n` +
        (letters === null ? '' : lettersText(letters)),
      { v: 1, objects: { again: troubles.length, done, left: left.length }, documents: letters },
    );
    return left.length === 0 && (letters?.refused ?? 0) === 0 ? EXIT.ok : EXIT.incomplete;
  },
});

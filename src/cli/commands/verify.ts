/** `flowbulk verify SOURCE DESTINATION`: proves that what runs have read is in the target. */

import { EXIT, FlowbulkError } from '../../errors.ts';
import { parseFormat } from '../../formats/detect.ts';
import { wildcardOf } from '../../formats/index-name.ts';
import type { Job } from '../../job/job.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { isQueue } from '../../sources/queue-name.ts';
import type { IsKnown, SourceObject } from '../../sources/source.ts';
import { openSource } from '../../sources/spec.ts';
import { upToBegun } from '../../verify/begun.ts';
import { doubts } from '../../verify/verification.ts';
import { verificationAsJson, verificationAsText } from '../../verify/verification-text.ts';
import { type Verified, type VerifiedTarget, verifyJob } from '../../verify/verify-job.ts';
import { listingOf, selectionOf, sourceAsked } from '../asked.ts';
import { openCluster } from '../cluster-outlet.ts';
import { type CommandIo, command } from '../command.ts';
import { JOB_OPTIONS, type JobAsked, type JobValues, jobAfterRun, jobAsked, runAgain } from '../job-asked.ts';
import type { Values } from '../options.ts';

const MS_PER_DAY = 86_400_000;

type VerifyValues = JobValues & Values<'deep' | 'repair'>;

function checkAsked(
  { target, intake, options }: JobAsked,
  { deep, repair, shard }: VerifyValues,
  source: string,
): void {
  const refuse = (message: string) => new FlowbulkError('E_USAGE', message);
  const proof =
    'flowbulk run s3://bucket/prefix DESTINATION over the same days writes what is missing and nothing else';
  if (intake !== null) {
    throw refuse(
      `${intake.text} cannot be asked what it has, so nothing can be verified there: flowbulk status says what it took`,
    );
  }
  if (isQueue(source)) {
    throw refuse(`${source} is a queue: others may have read of it, whose ledgers are not here. For a proof, ${proof}`);
  }
  if (shard !== undefined) {
    throw refuse(
      `--shard ${shard} has one ledger of several, and the target has documents of all. For a proof, ${proof}`,
    );
  }
  if (deep !== undefined && target === null) {
    throw refuse('--deep looks ids up in a cluster; of a folder every output is looked at without it');
  }
  if (deep !== undefined && options.ids === 'none') throw refuse('--deep compares ids, and --ids none makes none');
  if (deep !== undefined && source === '-') throw refuse('--deep reads objects again: standard input is gone');
  if (repair && deep === undefined && target !== null) {
    throw refuse('--repair sends objects again that --deep finds lacking: give --deep N, too');
  }
}

/** One look at everything. */
async function look(
  sourceText: string,
  asked: JobAsked,
  job: Job,
  values: VerifyValues,
  io: CommandIo,
  deepObjects: readonly SourceObject[] | null,
): Promise<Verified> {
  const { signal } = io;
  const { target, name, destination, identity } = asked;
  const selection = selectionOf(values, Date.now(), values.lookBack);
  // What is there now is verified, also where runs go on.
  const spec = sourceAsked(sourceText, { ...values, follow: false });
  const source = openSource(spec);
  const cluster = target === null ? null : await openCluster(target, values, io);
  try {
    const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
    const place: VerifiedTarget =
      cluster === null
        ? { kind: 'folder', root: destination }
        : { kind: 'cluster', api: cluster.api, name: wildcardOf(name) };
    const { format } = values;
    const isKnown: IsKnown = (object) => ledger.entryOf(object) !== null;
    const listingToVerify = () => {
      const listed = listingOf(values, spec, source, selection, signal, isKnown);
      const isOver = selection.toDay !== undefined && selection.toDay < Math.floor(Date.now() / MS_PER_DAY);
      return spec.kind === 'cloudwatch' && !isOver ? upToBegun(listed, isKnown) : listed;
    };
    try {
      return await verifyJob(
        {
          source: identity.source,
          destination: identity.destination,
          spec,
          open: source,
          listed: spec.kind === 'stdin' ? null : listingToVerify(),
          selection,
          ledger,
          target: place,
          options: asked.options,
          format: format === undefined ? null : parseFormat(format),
          deep: values.deep ?? null,
          deepObjects,
        },
        signal,
      );
    } finally {
      await ledger.close();
    }
  } finally {
    await source.close();
    await cluster?.api.close();
  }
}

/** Tells what was found and gives the exit code. */
function show({ verification }: Verified, { json }: VerifyValues, { stdout }: CommandIo): number {
  stdout.write(json ? `${JSON.stringify(verificationAsJson(verification))}\n` : verificationAsText(verification));
  return doubts(verification).length === 0 ? EXIT.ok : EXIT.incomplete;
}

export const verify = command({
  name: 'verify',
  summary: 'proof that what was read is in the target: counts by day, ids with --deep',
  usage: ['verify SOURCE DESTINATION'],
  examples: [
    ['verify s3://bucket/prefix/ https://cluster:9200/logs-aws.vpcflow-default', 'counts by day'],
    ['verify logs/ http://localhost:9200/vpcflow --deep 20', 'reads 20 objects again, looks each of their ids up'],
    ['verify logs/ http://localhost:9200/vpcflow --deep 20 --repair', 'sends again what is missing of them'],
  ],
  arguments: [
    {
      name: 'SOURCE',
      required: true,
      help: 'as for run, and so are --ids, --namespace, --tags, --keep-original and --state',
    },
    { name: 'DESTINATION', required: true, help: 'as for run: a cluster, or a folder whose lines are counted' },
  ],
  options: [...JOB_OPTIONS, 'deep', 'repair'],
  notes: ['Exit 0: proven; 3: not, and why. Rights: read, view_index_metadata; maintenance to count what came last.'],

  async run([sourceText = '', destinationText = ''], given, io) {
    checkAsked(jobAsked(sourceText, destinationText, given, io.env), given, sourceText);
    const { job, values, asked } = await jobAfterRun(sourceText, destinationText, given, io.env);
    const first = await look(sourceText, asked, job, values, io, null);
    const code = show(first, values, io);
    const { lacking, compared } = first;
    if (!values.repair || lacking.length === 0) return code;
    await runAgain(sourceText, asked, job, values, io, (ledger) => {
      ledger.reopen(lacking);
      return async function* () {
        yield* lacking;
      };
    });
    return show(await look(sourceText, asked, job, values, io, compared), values, io);
  },
});

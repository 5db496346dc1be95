/** `flowbulk enqueue SOURCE QUEUE`: fills a queue with what there is to read, for a fleet of `run sqs://…`. */

import { randomUUID } from 'node:crypto';
import { untilDrained } from '../../enqueue/drained.ts';
import { enqueue as fill } from '../../enqueue/enqueue.ts';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { type JobIdentity, openJob, stateFolder } from '../../job/job.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { JobLock } from '../../ledger/lock.ts';
import { type Share, shareName } from '../../plan/share.ts';
import { formatBytes, formatCount } from '../../progress/numbers.ts';
import type { QueueClient, QueueDepth } from '../../sources/queue-client.ts';
import { isQueue, parseQueueName, type QueueName } from '../../sources/queue-name.ts';
import { openSource, type SourceSpec } from '../../sources/spec.ts';
import {
  AWS_OPTIONS,
  awsOptions,
  listingOf,
  SELECTION_OPTIONS,
  selectionOf,
  shared,
  shareOf,
  sourceAsked,
} from '../asked.ts';
import { type CommandIo, command } from '../command.ts';
import { nowAndThen } from '../now-and-then.ts';
import type { Values } from '../options.ts';

const ENQUEUE_OPTIONS = [
  ...SELECTION_OPTIONS,
  'objects-from',
  'shard',
  'until-empty',
  ...AWS_OPTIONS,
  'state',
  'no-ledger',
  'look-back',
  'error-on-empty',
  'json',
] as const;

type EnqueueValues = Values<(typeof ENQUEUE_OPTIONS)[number]>;

/** Refused objects that are told; all are counted. */
const TOLD = 5;

/** What was sent to a queue is a job like any other: the same command goes on where it stopped. */
function identityOf(source: string, queue: string, share: Share | null): JobIdentity {
  const documents = { ids: 'none', namespace: '', tags: [], keepOriginal: false } as const;
  return { source, destination: queue, ...documents, ...(share === null ? {} : { share: shareName(share) }) };
}

/** Lists and sends. */
async function fillQueue(
  spec: SourceSpec,
  client: QueueClient,
  ledger: Ledger | null,
  values: EnqueueValues,
  { talk, signal, env }: CommandIo,
) {
  const source = openSource(spec);
  let refused = 0;
  try {
    const bucketRegion = (await source.bucketRegion(signal)) ?? '';
    const selection = selectionOf(values, Date.now(), values.lookBack);
    const listed = shared(
      listingOf(values, spec, source, selection, signal, () => false),
      shareOf(values, env),
    );
    return await fill(
      {
        listed,
        client,
        bucketRegion,
        ledger,
        onRefused({ reason }) {
          if (refused++ < TOLD) talk.warn(reason);
        },
        onProgress: nowAndThen(({ sent, skipped }) => {
          talk.info(`${formatCount(sent)} messages sent, ${formatCount(skipped)} objects sent before`, {
            sent,
            skipped,
          });
        }),
      },
      signal,
    );
  } finally {
    await source.close();
  }
}

/** Watches the queue until others have emptied it. */
async function watch(client: QueueClient, { talk, signal }: CommandIo): Promise<void> {
  let said = '';
  const say = ({ waiting, inFlight, delayed }: QueueDepth) => {
    const text = `${formatCount(waiting + delayed)} messages waiting, ${formatCount(inFlight)} in flight`;
    if (text !== said) talk.info(text, { waiting, inFlight, delayed });
    said = text;
  };
  await untilDrained(client, say, signal);
}

function queueOf(text: string): QueueName {
  if (isQueue(text)) return parseQueueName(text);
  throw new FlowbulkError('E_USAGE', `"${text}" is no queue: give sqs://NAME`);
}

export const enqueue = command({
  name: 'enqueue',
  summary: 'fill a queue with what there is to read, for run sqs://… on many machines',
  usage: ['enqueue SOURCE QUEUE'],
  examples: [
    ['enqueue s3://bucket/prefix/ sqs://backfill --from 2025-01-01 --to 2025-06-30', 'half a year'],
    ['enqueue s3://bucket/ sqs://backfill --since 90d --until-empty', 'and watch until others have read it all'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 's3://bucket/prefix' },
    { name: 'QUEUE', required: true, help: 'sqs://NAME, sqs://ARN or sqs://URL: a standard queue' },
  ],
  options: ENQUEUE_OPTIONS,
  notes: [
    'Each object is a message as S3 writes them. The same command again sends what was not sent yet (--no-ledger: all).',
  ],

  async run([sourceText = '', queueText = ''], values, io) {
    const { talk, signal, stdout } = io;
    const { untilEmpty, ...others } = values;
    const queue = queueOf(queueText);
    const spec = sourceAsked(sourceText, others);
    if (spec.kind !== 's3') {
      throw new FlowbulkError(
        'E_USAGE',
        `${sourceText} cannot be enqueued: other machines read s3://bucket/prefix only`,
      );
    }
    const identity = identityOf(sourceText, queueText, shareOf(values, io.env));
    const job = openJob(stateFolder(values.state, io.env), identity);
    const lock = JobLock.take(job.lockPath, randomUUID().slice(0, 8));
    let ledger: Ledger | null = null;
    let client: QueueClient | null = null;
    try {
      if (!values.noLedger) ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath);
      // The SDK is loaded where a queue is asked for only.
      const { QueueClient } = await import('../../sources/queue-client.ts');
      client = await QueueClient.open(queue, awsOptions(values), 'destination', signal);
      const so = await fillQueue(spec, client, ledger, values, io);
      ledger?.flush();
      const bytes = formatBytes(so.bytes);
      talk.info(`${formatCount(so.sent)} messages sent (${bytes}), ${formatCount(so.skipped)} objects sent before`);
      if (so.refused > TOLD) talk.warn(`${formatCount(so.refused)} objects in all were left out`);
      if (so.sent + so.skipped === 0) talk.warn(`nothing to read in ${sourceText}`);
      if (untilEmpty) await watch(client, io);
      if (values.json) stdout.write(`${JSON.stringify({ v: 1, source: sourceText, queue: queueText, ...so })}\n`);
      if (so.refused > 0) return EXIT.incomplete;
      return so.sent + so.skipped === 0 && values.errorOnEmpty ? EXIT.nothingToDo : EXIT.ok;
    } finally {
      client?.close();
      try {
        await ledger?.close();
      } finally {
        lock.release();
      }
    }
  },
});

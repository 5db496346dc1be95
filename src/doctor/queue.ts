/** SOURCE that is a queue: whether it is there, how it stands, and how it is set up. No message is received. */

import { EXIT } from '../errors.ts';
import { QueueClient } from '../sources/queue-client.ts';
import type { AwsOptions, QueueSpec } from '../sources/spec.ts';
import { type CheckGroup, ok, skipped, warn } from './check.ts';

/** Less than a run's, so that the reason is told within the time of a check. */
const PATIENCE: Pick<AwsOptions, 'retryForMs' | 'idleTimeoutMs'> = { retryForMs: 4_000, idleTimeoutMs: 8_000 };

/** Receipts below this send a message to the dead-letter queue over a single bad minute. */
const FEW_RECEIPTS = 3;

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Checks of a queue. */
export function queueGroup({ queue, aws }: QueueSpec): CheckGroup {
  const asked = async (signal: AbortSignal) => {
    const client = await QueueClient.open(queue, { ...aws, ...PATIENCE }, 'source', signal);
    try {
      return await client.attributes(signal);
    } finally {
      client.close();
    }
  };
  return {
    title: `Source sqs://${queue.name}`,
    exitCode: EXIT.sourceRefused,
    checks: [
      {
        name: 'queue',
        async look(signal) {
          const { waiting, inFlight, delayed } = await asked(signal);
          return ok(`about ${counted(waiting, 'message')} waiting, ${inFlight} in flight, ${delayed} delayed`);
        },
      },
      {
        name: 'redrive policy',
        needs: ['queue'],
        async look(signal) {
          const { maxReceiveCount } = await asked(signal);
          if (maxReceiveCount === null) {
            return warn(
              'none: messages that fail come again for ever, and --until-empty is refused',
              'give the queue a dead-letter queue, with maxReceiveCount 5',
            );
          }
          const found = `after ${counted(maxReceiveCount, 'receipt')} to the dead-letter queue`;
          if (maxReceiveCount >= FEW_RECEIPTS) return ok(found);
          return warn(found, 'a stop gives messages back, which counts as a receipt: set maxReceiveCount to 5');
        },
      },
      {
        name: 'objects',
        look: () => skipped('to look at messages is to receive them: only a run can tell. For a bucket, give s3://'),
      },
    ],
  };
}

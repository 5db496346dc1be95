/** SOURCE that is a log group: whether it is there, whether its events may be read, and what formats it has. */

import { EXIT } from '../errors.ts';
import { CallPace } from '../sources/call-pace.ts';
import type { CloudWatchSpec } from '../sources/cloudwatch.ts';
import { flowLogFormats } from '../sources/flow-log-formats.ts';
import { LogClient } from '../sources/log-client.ts';
import { isNotAllowed, logError } from '../sources/log-errors.ts';
import type { AwsOptions } from '../sources/spec.ts';
import { type CheckGroup, fail, ok, warn } from './check.ts';

/** Less than a run's, so that the reason is told within the time of a check. */
const PATIENCE: Pick<AwsOptions, 'retryForMs' | 'idleTimeoutMs'> = { retryForMs: 4_000, idleTimeoutMs: 8_000 };

/** Events of so long are looked for. */
const LOOKED_AT_MS = 3_600_000;

const NAMED = 3;

/** Checks of log groups. */
export function logGroupsGroup(spec: CloudWatchSpec, nowMs: number): CheckGroup {
  const { group, streams, linkedAccounts, shared, pace, latencyMs } = spec;
  const aws = { ...spec.aws, ...PATIENCE, ...(group.region === null ? {} : { region: group.region }) };
  const name = `cloudwatch://${group.arn ?? group.name}${group.isPrefix ? '*' : ''}`;
  const asked = async <T>(ask: (client: LogClient) => Promise<T>): Promise<T> => {
    const client = await LogClient.open(aws, new CallPace(pace, shared));
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  };
  let first: string | null = group.isPrefix ? null : (group.arn ?? group.name);
  return {
    title: `Source ${name}`,
    exitCode: EXIT.sourceRefused,
    checks: [
      {
        name: 'log groups',
        look: (signal) =>
          asked(async (client) => {
            let count = 0;
            const without = 'without that right give --from, and groups by name';
            try {
              for await (const found of client.groups(group.name, linkedAccounts || group.arn !== null, signal)) {
                if (!group.isPrefix && (group.arn === null ? found.name !== group.name : found.arn !== group.arn))
                  continue;
                first ??= linkedAccounts ? found.arn : found.name;
                count++;
              }
            } catch (error) {
              const { cause, message } = error as Error;
              if (group.isPrefix || !isNotAllowed(cause)) throw error;
              return warn(message, without);
            }
            const region = await client.region();
            if (count > 0) return ok(`${count} of that name in ${region}`);
            return fail(`none of that name in ${region}`, 'look at the name and the region (?region=, --aws-region)');
          }),
      },
      {
        name: 'events',
        needs: ['log groups'],
        look: (signal) =>
          asked(async (client) => {
            const toMs = nowMs - latencyMs;
            const range = { fromMs: toMs - LOOKED_AT_MS, toMs };
            const { events, token } = await client.events(first ?? '', streams, range, null, signal);
            const [event] = events;
            if (event !== undefined) return ok(`${events.length}${token === null ? '' : ' and more'} in the last hour`);
            return warn(
              `none in the last hour (of ${first})`,
              'no traffic, or a flow log that does not deliver: look at its status',
            );
          }),
      },
      {
        name: 'format',
        async look(signal) {
          try {
            const formats = await flowLogFormats(aws, signal);
            const names = [...formats.keys()].filter((one) =>
              group.isPrefix ? one.startsWith(group.name) : one === group.name,
            );
            if (names.length > 0) return ok(`known of ${names.slice(0, NAMED).join(', ')} by its flow logs`);
            return warn(
              'no flow log of this account and region writes there',
              'the shape of records decides, or give --format',
            );
          } catch (error) {
            if (isNotAllowed(error)) {
              return warn(
                'not known: ec2:DescribeFlowLogs is not allowed',
                'allow it, or give --format; else the shape of records decides',
              );
            }
            throw logError('the list of flow logs', 'ec2:DescribeFlowLogs', error);
          }
        },
      },
    ],
  };
}

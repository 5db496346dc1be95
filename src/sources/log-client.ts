/** Requests to CloudWatch Logs: which groups there are, and their events. */
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from '../formats/log-event.ts';
import { clientConfig } from './aws.ts';
import type { CallPace } from './call-pace.ts';
import { isThrottled, logError } from './log-errors.ts';
import type { StreamsAsked, TimeRange } from './log-windows.ts';
import { PatientRequests } from './patient-requests.ts';
import type { AwsOptions } from './spec.ts';

/** A group as it is listed. */
export interface ListedGroup {
  readonly name: string;
  /** Without `:*`. */
  readonly arn: string;
  readonly createdMs: number;
  /** Events older than so many days are deleted; null where none are. */
  readonly retentionDays: number | null;
}

/** Events that came together, and the token for more; null where there are no more. */
export interface EventPage {
  readonly events: readonly LogEvent[];
  readonly token: string | null;
}

/** A client for one region. Methods throw E_SOURCE_*. */
export class LogClient {
  readonly #client: CloudWatchLogsClient;
  readonly #requests: PatientRequests;
  readonly #pace: CallPace;

  private constructor(client: CloudWatchLogsClient, requests: PatientRequests, pace: CallPace) {
    this.#client = client;
    this.#requests = requests;
    this.#pace = pace;
  }

  static async open(aws: AwsOptions, pace: CallPace): Promise<LogClient> {
    const endpoint = aws.endpointUrl === undefined ? {} : { endpoint: aws.endpointUrl };
    const client = new CloudWatchLogsClient({ ...(await clientConfig(aws)), ...endpoint });
    return new LogClient(client, new PatientRequests(aws, () => client), pace);
  }

  /** The region that requests go to. */
  region(): Promise<string> {
    return this.#client.config.region();
  }

  /** Groups whose names begin so, page by page; with `linked` also those of accounts that this one may look into. */
  async *groups(prefix: string, linked: boolean, signal: AbortSignal): AsyncGenerator<ListedGroup> {
    const input: DescribeLogGroupsCommandInput = {
      ...(prefix === '' ? {} : { logGroupNamePrefix: prefix }),
      ...(linked ? { includeLinkedAccounts: true } : {}),
    };
    let nextToken: string | undefined;
    do {
      const asked = nextToken === undefined ? input : { ...input, nextToken };
      const page = await this.#requests
        .send(signal, (abortSignal) => this.#client.send(new DescribeLogGroupsCommand(asked), { abortSignal }))
        .catch((error) => {
          signal.throwIfAborted();
          throw logError(`the list of log groups (${prefix}*)`, 'logs:DescribeLogGroups', error);
        });
      for (const group of page.logGroups ?? []) yield listedGroup(group);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  /** A page of events of a group in a range of time: maybe none, and more after it. */
  async events(
    nameOrArn: string,
    { names, prefix }: StreamsAsked,
    { fromMs, toMs }: TimeRange,
    token: string | null,
    signal: AbortSignal,
  ): Promise<EventPage> {
    const input: FilterLogEventsCommandInput = {
      ...(nameOrArn.startsWith('arn:') ? { logGroupIdentifier: nameOrArn } : { logGroupName: nameOrArn }),
      ...(names === undefined ? {} : { logStreamNames: [...names] }),
      ...(prefix === undefined ? {} : { logStreamNamePrefix: prefix }),
      startTime: fromMs,
      // "Events with a timestamp later than this time are not returned": those at it may come, or not. Right both ways.
      endTime: toMs,
      ...(token === null ? {} : { nextToken: token }),
    };
    const request = (abortSignal: AbortSignal) =>
      this.#client.send(new FilterLogEventsCommand(input), { abortSignal }).catch((error) => {
        if (isThrottled(error)) this.#pace.throttled();
        throw error;
      });
    const turn = (abortSignal: AbortSignal) => this.#pace.turn(abortSignal);
    try {
      const page = await this.#pace.within(nameOrArn, signal, () => this.#requests.send(signal, request, turn));
      const events = (page.events ?? []).map((event) => ({
        id: event.eventId ?? '',
        stream: event.logStreamName ?? '',
        timestampMs: event.timestamp ?? 0,
        ingestionMs: event.ingestionTime ?? null,
        message: event.message ?? '',
      }));
      return {
        events: events.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs),
        token: page.nextToken ?? null,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw logError(`the log group ${nameOrArn}`, 'logs:FilterLogEvents on it', error);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

function listedGroup({
  logGroupName = '',
  logGroupArn,
  arn = '',
  creationTime = 0,
  retentionInDays,
}: LogGroup): ListedGroup {
  return {
    name: logGroupName,
    arn: logGroupArn ?? arn.replace(/:\*$/, ''),
    createdMs: creationTime,
    retentionDays: retentionInDays ?? null,
  };
}

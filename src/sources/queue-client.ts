/** Requests to one queue of SQS. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientConfig } from './aws.ts';
import { BATCH_MESSAGES } from './message-batch.ts';
import { PatientRequests } from './patient-requests.ts';
import { type QueueSide, queueError } from './queue-errors.ts';
import type { QueueName } from './queue-name.ts';
import type { AwsOptions } from './spec.ts';

/** A message that was received. Its handle is good for this receipt only. */
export interface ReceivedMessage {
  readonly id: string;
  readonly handle: string;
  readonly body: string;
}

/** How a queue stands; numbers of messages are approximate, and may be a minute old. */
export interface QueueDepth {
  readonly waiting: number;
  /** Received by somebody, and neither deleted nor visible again. */
  readonly inFlight: number;
  readonly delayed: number;
}

/** What SQS says of a queue. */
export interface QueueAttributes extends QueueDepth {
  readonly visibilityTimeoutMs: number;
  readonly retentionMs: number;
  /** Receipts after which a message goes to the dead-letter queue; null where there is none. */
  readonly maxReceiveCount: number | null;
}

/** A queue and the client for it. Methods throw E_SOURCE_* or E_SINK_*, by the side it is on. */
export class QueueClient {
  readonly #name: string;
  readonly #side: QueueSide;
  readonly #url: string;
  readonly #client: SQSClient;
  readonly #requests: PatientRequests;

  private constructor(name: string, side: QueueSide, url: string, client: SQSClient, requests: PatientRequests) {
    this.#name = name;
    this.#side = side;
    this.#url = url;
    this.#client = client;
    this.#requests = requests;
  }

  /** Finds the queue. Throws E_SOURCE_* or E_SINK_*. */
  static async open(queue: QueueName, aws: AwsOptions, side: QueueSide, signal: AbortSignal): Promise<QueueClient> {
    const region = queue.region ?? aws.region;
    const { endpointUrl: _, ...others } = aws;
    const config = await clientConfig({ ...others, ...(region === undefined ? {} : { region }) });
    const endpoint = queue.url === null ? {} : { endpoint: new URL(queue.url).origin };
    const client = new SQSClient({ ...config, ...endpoint });
    const requests = new PatientRequests(aws, () => client);
    try {
      const asked = {
        QueueName: queue.name,
        ...(queue.account === null ? {} : { QueueOwnerAWSAccountId: queue.account }),
      };
      const url =
        queue.url ??
        (await requests.send(signal, (abortSignal) => client.send(new GetQueueUrlCommand(asked), { abortSignal })))
          .QueueUrl ??
        '';
      return new QueueClient(queue.name, side, url, client, requests);
    } catch (error) {
      client.destroy();
      signal.throwIfAborted();
      throw queueError(queue.name, side, error);
    }
  }

  /** Receives up to ten messages, for which it waits so long; others do not see them for the time given. */
  async receive(waitSeconds: number, visibilityTimeoutMs: number, signal: AbortSignal): Promise<ReceivedMessage[]> {
    const answer = await this.#send(signal, (abortSignal) =>
      this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: BATCH_MESSAGES,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: Math.ceil(visibilityTimeoutMs / 1000),
        }),
        { abortSignal },
      ),
    );
    return (answer.Messages ?? []).map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
      id: MessageId,
      handle: ReceiptHandle,
      body: Body,
    }));
  }

  /** Deletes up to ten messages; gives how many SQS did not. */
  async remove(handles: readonly string[], signal: AbortSignal): Promise<number> {
    const Entries = handles.map((ReceiptHandle, i) => ({ Id: `${i}`, ReceiptHandle }));
    const answer = await this.#send(signal, (abortSignal) =>
      this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }), { abortSignal }),
    );
    return answer.Failed?.length ?? 0;
  }

  /** Has up to ten messages stay invisible for so long from now on, 0 for not at all; gives how many SQS refused. */
  async hide(handles: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<number> {
    const VisibilityTimeout = Math.ceil(timeoutMs / 1000);
    const Entries = handles.map((ReceiptHandle, i) => ({ Id: `${i}`, ReceiptHandle, VisibilityTimeout }));
    const answer = await this.#send(signal, (abortSignal) =>
      this.#client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#url, Entries }), { abortSignal }),
    );
    return answer.Failed?.length ?? 0;
  }

  /** Puts up to ten messages into the queue; gives the places of those that SQS did not take. */
  async put(bodies: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    const Entries = bodies.map((MessageBody, i) => ({ Id: `${i}`, MessageBody }));
    const answer = await this.#send(signal, (abortSignal) =>
      this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }), { abortSignal }),
    );
    return (answer.Failed ?? []).map(({ Id }) => Number(Id));
  }

  /** How the queue stands, and how it is set up. */
  async attributes(signal: AbortSignal): Promise<QueueAttributes> {
    const answer = await this.#send(signal, (abortSignal) =>
      this.#client.send(new GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: ['All'] }), {
        abortSignal,
      }),
    );
    const of = answer.Attributes ?? {};
    const redrive = JSON.parse(of.RedrivePolicy ?? '{}') as { readonly maxReceiveCount?: number | string };
    return {
      waiting: Number(of.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(of.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(of.ApproximateNumberOfMessagesDelayed ?? 0),
      visibilityTimeoutMs: Number(of.VisibilityTimeout ?? 0) * 1000,
      retentionMs: Number(of.MessageRetentionPeriod ?? 0) * 1000,
      maxReceiveCount: redrive.maxReceiveCount === undefined ? null : Number(redrive.maxReceiveCount),
    };
  }

  close(): void {
    this.#client.destroy();
  }

  async #send<T>(signal: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#requests.send(signal, request);
    } catch (error) {
      signal.throwIfAborted();
      throw queueError(this.#name, this.#side, error);
    }
  }
}

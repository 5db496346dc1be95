/** An S3 server, SQS and a cluster for the tests of one file, and the program that runs between them. */
import type { ChildProcess } from 'node:child_process';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FaultServer, type FaultServerOptions, startFaultServer } from '../../delivery/fault-server.ts';
import { type Ended, ended, start, temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { OWNER, startVersitygw, versitygwBinary } from '../s3/versitygw.ts';
import { motoFolder, startMoto } from './moto.ts';

/** The day that all objects are of. */
const FOLDER = 'AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31';

/** A queue of the test's own, with a dead-letter queue. */
export interface TestQueue {
  /** As SOURCE. */
  readonly source: string;
  send(body: unknown): Promise<void>;
  /** Messages that wait, and those in flight. */
  depth(): Promise<{ readonly waiting: number; readonly inFlight: number }>;
  /** Bodies in the dead-letter queue, as far as one look shows them. */
  dead(): Promise<readonly string[]>;
}

/** What a test file works with. */
export interface QueueSetup {
  /** Puts an object of so many records into a bucket and gives its key. */
  put(bucket: string, name: string, records: number): string;
  /** A client for moto's own S3, which tells its queues of objects. */
  readonly notifier: S3Client;
  readonly motoUrl: string;
  queue(name: string, attributes?: Readonly<Record<string, string>>): Promise<TestQueue>;
  cluster(options?: Partial<FaultServerOptions>): Promise<FaultServer>;
  /** Starts the program with a state of its own: `machine` names it. */
  start(machine: string, args: readonly string[], variables?: Readonly<Record<string, string>>): ChildProcess;
  run(machine: string, args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** A body as S3 would put it for one key, as it is encoded there. */
export function created(bucket: string, key: string, eventName = 'ObjectCreated:Put'): object {
  const object = { key, size: -1 };
  const s3 = { bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` }, object };
  return { Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1', eventName, s3 }] };
}

/** Starts all; null where one of them cannot be had. They end after the tests. */
export async function queueSetup(): Promise<QueueSetup | null> {
  const binary = versitygwBinary();
  const packages = motoFolder();
  if (binary === null || packages === null) return null;
  const folder = temporaryFolder();
  const s3 = await startVersitygw(binary);
  const moto = await startMoto(packages);
  const sqs = new SQSClient({ endpoint: moto.url, region: 'us-east-1', credentials: OWNER });
  const clusters: FaultServer[] = [];
  const children: ChildProcess[] = [];
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    sqs.destroy();
    notifier.destroy();
    await Promise.all([s3.stop(), moto.stop(), ...clusters.map((cluster) => cluster.stop())]);
  });
  const notifier = new S3Client({ endpoint: moto.url, region: 'us-east-1', credentials: OWNER, forcePathStyle: true });
  const setup: QueueSetup = {
    notifier,
    motoUrl: moto.url,
    put(bucket, name, records) {
      const key = `${FOLDER}/123456789012_vpcflowlogs_eu-west-1_fl-1_20250131T0005Z_${name}.log.gz`;
      s3.put(bucket, key, gzipSync(logText(records)));
      return key;
    },
    async queue(name, attributes = {}) {
      const dead = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:123456789012:${name}-dead`,
        maxReceiveCount: 3,
      });
      const made = await sqs.send(
        new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy, ...attributes } }),
      );
      const url = new URL(made.QueueUrl ?? '');
      const QueueUrl = `${moto.url}${url.pathname}`;
      return {
        source: `sqs://${QueueUrl}`,
        async send(body) {
          const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
          await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
        },
        async depth() {
          const { Attributes: of = {} } = await sqs.send(
            new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
          );
          return {
            waiting: Number(of.ApproximateNumberOfMessages),
            inFlight: Number(of.ApproximateNumberOfMessagesNotVisible),
          };
        },
        async dead() {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({ QueueUrl: dead.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
          );
          return Messages.map(({ Body = '' }) => Body);
        },
      };
    },
    async cluster(options = {}) {
      const cluster = await startFaultServer({ seed: 1, ...options });
      clusters.push(cluster);
      return cluster;
    },
    start(machine, args, variables = {}) {
      const env = {
        AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        FLOWBULK_ENDPOINT_URL: s3.endpointUrl,
        FLOWBULK_PATH_STYLE: 'true',
        FLOWBULK_AWS_REGION: 'us-east-1',
        FLOWBULK_WORKERS: '1',
        FLOWBULK_BODY_BYTES: '1MiB',
        FLOWBULK_STATE: `${folder}/${machine}`,
        ...variables,
      };
      const child = start(folder, args, 'ignore', env);
      children.push(child);
      return child;
    },
    run: (machine, args, variables) => ended(setup.start(machine, args, variables)),
  };
  return setup;
}

/** Waits until something is so; throws after a minute. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await isSo()); ) {
    if (Date.now() - began > 60_000) throw new Error(`waited a minute for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

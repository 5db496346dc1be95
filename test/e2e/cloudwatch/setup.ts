/** CloudWatch Logs with groups and events, and the program that reads them, for the tests of one file. */
import type { ChildProcess } from 'node:child_process';
import { after } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateFlowLogsCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { type FaultServer, type FaultServerOptions, startFaultServer } from '../../delivery/fault-server.ts';
import { type Ended, ended, start, temporaryFolder } from '../../run/program.ts';
import { motoFolder, startMoto } from '../queue/moto.ts';
import { type LogProxy, startLogProxy } from './log-proxy.ts';

const REGION = 'eu-west-1';
const OWNER = { accessKeyId: 'testkey', secretAccessKey: 'testsecret123' };
const BATCH_EVENTS = 10_000;

/** An event to put. */
export interface TestEvent {
  readonly timestampMs: number;
  readonly message: string;
}

/** What a test file works with. */
export interface LogSetup {
  readonly folder: string;
  readonly proxy: LogProxy;
  /** Makes a group where there is none, and puts events into one of its streams, in the order of their times. */
  put(group: string, stream: string, events: readonly TestEvent[]): Promise<void>;
  /** Makes a flow log that writes to a group. */
  flowLog(group: string, logFormat: string): Promise<void>;
  cluster(options?: Partial<FaultServerOptions>): Promise<FaultServer>;
  /** Starts the program with a state of its own: `machine` names it. */
  start(machine: string, args: readonly string[], variables?: Readonly<Record<string, string>>): ChildProcess;
  run(machine: string, args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** A record of AWS's default format whose flow began at `startMs`, and the event that it comes in; `i` makes it another. */
export function recordAt(startMs: number, i: number): TestEvent {
  const start = Math.floor(startMs / 1000);
  const message =
    `2 123456789012 eni-0a1b2c3d4e5f60718 10.0.${(i >> 8) & 255}.${i & 255} 198.51.100.7 ${1024 + (i % 60_000)} 443 6 10 ` +
    `${1000 + i} ${start} ${start + 59} ACCEPT OK`;
  return { timestampMs: startMs, message };
}

/** Starts all; null where moto cannot be had. They end after the tests. */
export async function logSetup(): Promise<LogSetup | null> {
  const packages = motoFolder();
  if (packages === null) return null;
  const folder = temporaryFolder();
  const moto = await startMoto(packages);
  const streams = new Map<string, string[]>();
  const proxy = await startLogProxy(moto.url, 1, (group) => streams.get(group) ?? []);
  const config = { endpoint: moto.url, region: REGION, credentials: OWNER };
  const logs = new CloudWatchLogsClient(config);
  const ec2 = new EC2Client(config);
  const clusters: FaultServer[] = [];
  const children: ChildProcess[] = [];
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    logs.destroy();
    ec2.destroy();
    await Promise.all([proxy.stop(), moto.stop(), ...clusters.map((cluster) => cluster.stop())]);
  });
  const group = async (logGroupName: string): Promise<string[]> => {
    const known = streams.get(logGroupName);
    if (known !== undefined) return known;
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const none: string[] = [];
    streams.set(logGroupName, none);
    return none;
  };
  const setup: LogSetup = {
    folder,
    proxy,
    async put(logGroupName, logStreamName, events) {
      const known = await group(logGroupName);
      if (!known.includes(logStreamName)) {
        await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
        known.push(logStreamName);
      }
      for (let at = 0; at < events.length; at += BATCH_EVENTS) {
        const logEvents = events
          .slice(at, at + BATCH_EVENTS)
          .map(({ timestampMs: timestamp, message }) => ({ timestamp, message }));
        const { rejectedLogEventsInfo: refused } = await logs.send(
          new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }),
        );
        if (refused && Object.keys(refused).length > 0) throw new Error(`events refused: ${JSON.stringify(refused)}`);
      }
    },
    async flowLog(LogGroupName, LogFormat) {
      await group(LogGroupName);
      const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      await ec2.send(
        new CreateFlowLogsCommand({
          ResourceType: 'VPC',
          ResourceIds: [Vpc?.VpcId ?? ''],
          TrafficType: 'ALL',
          LogDestinationType: 'cloud-watch-logs',
          LogGroupName,
          LogFormat,
          DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/flow-logs',
        }),
      );
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
        FLOWBULK_ENDPOINT_URL: proxy.endpointUrl,
        FLOWBULK_AWS_REGION: REGION,
        FLOWBULK_WORKERS: '2',
        FLOWBULK_BODY_BYTES: '1MiB',
        FLOWBULK_MAX_CALLS: '100',
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

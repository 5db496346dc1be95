/** S3 with versions, EC2 and STS, and a receiver, for the tests of one file; and the program that runs between them. */

import type { ChildProcess } from 'node:child_process';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateNetworkInterfaceCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Ended, ended, start, temporaryFolder } from '../../run/program.ts';
import { header } from '../../run/records.ts';
import {
  type ReceiverServer,
  type ReceiverServerOptions,
  startReceiverServer,
} from '../../topology/receiver-server.ts';
import { motoFolder, startMoto } from '../queue/moto.ts';
import { OWNER, startVersitygw, versitygwBinary } from '../s3/versitygw.ts';
import { type PagedEc2, startPagedEc2 } from './paged.ts';

/** Moto's own account. */
export const ACCOUNT = '123456789012';
const KEY = 'k3y-of-the-test';

/** A bucket of a test's own. */
export interface TestBucket {
  readonly name: string;
  /** Puts an object of these lines, by default as written a minute ago; gives its key. */
  put(
    name: string,
    lines: readonly string[],
    more?: { region?: string; ageMs?: number; damage?: boolean },
  ): Promise<string>;
  /** Keys that are there, and keys whose newest version is a delete marker. */
  keys(): Promise<readonly string[]>;
  deleted(): Promise<readonly string[]>;
}

/** What a test file works with. */
export interface TopologySetup {
  readonly folder: string;
  readonly ec2: PagedEc2;
  readonly motoUrl: string;
  bucket(name: string, hasVersions: boolean, isOfMoto?: boolean): Promise<TestBucket>;
  /** Credentials of somebody who may do all in a bucket but delete these keys, as variables. */
  mayNotDelete(bucket: string, keys: string): Promise<Readonly<Record<string, string>>>;
  /** Makes interfaces in a region with these addresses in 10.0.0.0/16 of a VPC of their own; gives their ids. */
  interfaces(region: string, addresses: readonly string[]): Promise<readonly string[]>;
  receiver(options?: Partial<ReceiverServerOptions>): Promise<ReceiverServer>;
  start(args: readonly string[], variables?: Readonly<Record<string, string>>): ChildProcess;
  run(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** A record of what one interface sent. */
export function sent(id: string, from: string, to: string, bytes: number): string {
  const now = Math.floor(Date.now() / 1000);
  return `2 ${ACCOUNT} ${id} ${from} ${to} 40000 443 6 10 ${bytes} ${now - 120} ${now - 60} ACCEPT OK`;
}

/** The folder and the name of an object as AWS would write it at that time. */
function keyOf(name: string, region: string, timeMs: number): string {
  const time = new Date(timeMs).toISOString();
  const stamp = time.slice(0, 16).replaceAll(/[-:]/g, '');
  const folder = `AWSLogs/${ACCOUNT}/vpcflowlogs/${region}/${time.slice(0, 10).replaceAll('-', '/')}`;
  return `${folder}/${ACCOUNT}_vpcflowlogs_${region}_fl-1_${stamp}Z_${name}.log.gz`;
}

/** Starts all; null where one of them cannot be had. They end after the tests. */
export async function topologySetup(): Promise<TopologySetup | null> {
  const binary = versitygwBinary();
  const packages = motoFolder();
  if (binary === null || packages === null) return null;
  const folder = temporaryFolder();
  const s3 = await startVersitygw(binary, [], true);
  const moto = await startMoto(packages);
  const ec2 = await startPagedEc2(moto.url, 2);
  const client = (endpoint: string) =>
    new S3Client({ endpoint, region: 'us-east-1', credentials: OWNER, forcePathStyle: true });
  const clients = { s3: client(s3.endpointUrl), moto: client(moto.url) };
  const receivers: ReceiverServer[] = [];
  const children: ChildProcess[] = [];
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    clients.s3.destroy();
    clients.moto.destroy();
    await Promise.all([s3.stop(), moto.stop(), ec2.stop(), ...receivers.map((receiver) => receiver.stop())]);
  });
  const setup: TopologySetup = {
    folder,
    ec2,
    motoUrl: moto.url,
    async bucket(name, hasVersions, isOfMoto = false) {
      const own = isOfMoto ? clients.moto : clients.s3;
      await own.send(new CreateBucketCommand({ Bucket: name }));
      if (hasVersions) {
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        await own.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      }
      return {
        name,
        async put(object, lines, { region = 'us-east-1', ageMs = 60_000, damage = false } = {}) {
          const Key = keyOf(object, region, Date.now() - ageMs);
          const whole = gzipSync(`${[header, ...lines].join('\n')}\n`);
          const Body = damage ? whole.subarray(0, whole.length - 20) : whole;
          await own.send(new PutObjectCommand({ Bucket: name, Key, Body }));
          return Key;
        },
        async keys() {
          const { Contents = [] } = await own.send(new ListObjectsV2Command({ Bucket: name }));
          return Contents.map(({ Key = '' }) => Key).sort();
        },
        async deleted() {
          const { DeleteMarkers = [] } = await own.send(new ListObjectVersionsCommand({ Bucket: name }));
          return DeleteMarkers.filter(({ IsLatest }) => IsLatest)
            .map(({ Key = '' }) => Key)
            .sort();
        },
      };
    },
    async mayNotDelete(bucket, keys) {
      const user = { accessKeyId: `user-of-${bucket}`, secretAccessKey: 'limitedsecret' };
      s3.createUser(user.accessKeyId, user.secretAccessKey);
      const arn = `arn:aws:s3:::${bucket}`;
      const Principal = { AWS: [user.accessKeyId] };
      const Statement = [
        { Effect: 'Allow', Principal, Action: ['s3:*'], Resource: [arn, `${arn}/*`] },
        { Effect: 'Deny', Principal, Action: ['s3:DeleteObject'], Resource: [`${arn}/${keys}`] },
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await clients.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
      return { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };
    },
    async interfaces(region, addresses) {
      const own = new EC2Client({ endpoint: moto.url, region, credentials: OWNER });
      const { Vpc } = await own.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      const subnet = { VpcId: Vpc?.VpcId ?? '', CidrBlock: '10.0.0.0/20' };
      const { Subnet } = await own.send(new CreateSubnetCommand(subnet));
      const ids: string[] = [];
      for (const PrivateIpAddress of addresses) {
        const asked = { SubnetId: Subnet?.SubnetId ?? '', PrivateIpAddress };
        const { NetworkInterface } = await own.send(new CreateNetworkInterfaceCommand(asked));
        ids.push(NetworkInterface?.NetworkInterfaceId ?? '');
      }
      own.destroy();
      return ids;
    },
    async receiver(options = {}) {
      const receiver = await startReceiverServer({ apiKey: KEY, ...options });
      receivers.push(receiver);
      return receiver;
    },
    start(args, variables = {}) {
      const env = {
        AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_EC2: ec2.url,
        AWS_ENDPOINT_URL_STS: moto.url,
        FLOWBULK_API_KEY: KEY,
        FLOWBULK_ENDPOINT_URL: s3.endpointUrl,
        FLOWBULK_PATH_STYLE: 'true',
        FLOWBULK_AWS_REGION: 'us-east-1',
        FLOWBULK_WORKERS: '1',
        ...variables,
      };
      const child = start(folder, ['topology', ...args], 'ignore', env);
      children.push(child);
      return child;
    },
    run: (args, variables) => ended(setup.start(args, variables)),
  };
  return setup;
}

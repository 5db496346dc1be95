/** SOURCE that is a bucket: credentials, the bucket, its objects. */

import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { EXIT } from '../errors.ts';
import type { Columns } from '../formats/header.ts';
import { s3Client } from '../sources/aws.ts';
import { BucketClient } from '../sources/bucket.ts';
import { sourceError } from '../sources/s3-errors.ts';
import type { Selection, Source } from '../sources/source.ts';
import { type AwsOptions, openSource, type SourceSpec } from '../sources/spec.ts';
import { type CheckGroup, type Finding, fail, failure, ok } from './check.ts';
import { askTime, type Tick } from './clock.ts';
import { objectChecks } from './first-lines.ts';

/** Less than a run's, so that the reason is told within the time of a check. */
const PATIENCE: Pick<AwsOptions, 'retryForMs' | 'idleTimeoutMs'> = { retryForMs: 4_000, idleTimeoutMs: 8_000 };

/**
 * What the SDK calls the ways to credentials, by what each is for people, the more telling first:
 * https://github.com/aws/aws-sdk-js-v3/blob/main/packages/types/src/feature-ids.ts
 */
const PROVIDERS: readonly (readonly [feature: string, words: string])[] = [
  ['CREDENTIALS_STS_ASSUME_ROLE', 'a role that was assumed'],
  ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'a role by web identity'],
  ['CREDENTIALS_PROFILE_PROCESS', 'a process of the profile'],
  ['CREDENTIALS_PROFILE_SSO', 'single sign-on of the profile'],
  ['CREDENTIALS_PROFILE_SSO_LEGACY', 'single sign-on of the profile'],
  ['CREDENTIALS_SSO', 'single sign-on'],
  ['CREDENTIALS_PROFILE_LOGIN', 'aws login of the profile'],
  ['CREDENTIALS_PROFILE', 'the shared files of AWS'],
  ['CREDENTIALS_ENV_VARS', 'AWS_ACCESS_KEY_ID'],
  ['CREDENTIALS_HTTP', 'the container'],
  ['CREDENTIALS_IMDS', 'the instance'],
];

/** What the SDK gives, as much of it as is looked at. */
interface Identity {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly $source?: Readonly<Record<string, string>>;
}

/** Checks of a bucket; the time of S3 goes into `ticks`. `close` gives sockets back. */
export function bucketGroup(
  spec: Extract<SourceSpec, { kind: 's3' }>,
  selection: Selection,
  format: Columns | null,
  ticks: Tick[],
): { readonly group: CheckGroup; close(): Promise<void> } {
  const { bucket: name, prefix } = spec;
  const aws: AwsOptions = { ...spec.aws, ...PATIENCE };
  const source: Source = openSource({ ...spec, aws });
  const client = BucketClient.open(name, aws);
  // Who waits for it hears of it.
  client.catch(() => {});
  let page: ListObjectsV2CommandOutput | null = null;
  const group: CheckGroup = {
    title: `Source s3://${name}/${prefix}`,
    exitCode: EXIT.sourceRefused,
    checks: [
      { name: 'AWS credentials', look: () => credentialsFinding(name, aws) },
      {
        name: 'bucket',
        needs: ['AWS credentials'],
        async look(signal) {
          const bucket = await client;
          const region = await bucket.region(signal);
          const tick = await askTime('S3', aws.endpointUrl ?? regionalUrl(region), signal);
          if (tick !== null) ticks.push(tick);
          try {
            page = await bucket.list(prefix, true, undefined, signal);
          } catch (error) {
            signal.throwIfAborted();
            return listingFailure(name, error);
          }
          const { CommonPrefixes: folders = [], Contents: objects = [], IsTruncated: isMore = false } = page;
          const least = isMore ? 'at least ' : '';
          const what = `${least}${counted(folders.length, 'folder')} and ${counted(objects.length, 'object')}`;
          return ok(`${name} in ${region}${prefix === '' ? '' : `, under ${prefix}`}: ${what}`);
        },
      },
      ...objectChecks({
        source,
        selection,
        format,
        needs: 'bucket',
        nothing: () => nothing(name, prefix, page),
      }),
    ],
  };
  return {
    group,
    async close() {
      await source.close();
      (await client.catch(() => null))?.close();
    },
  };
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** https://docs.aws.amazon.com/general/latest/gr/s3.html */
function regionalUrl(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

/** Whose credentials there are; of the key only the end is shown, as AWS does. */
async function credentialsFinding(bucket: string, aws: AwsOptions): Promise<Finding> {
  if (aws.noSignRequest) return ok('none, as --no-sign-request says');
  const s3 = await s3Client(aws);
  try {
    const { accessKeyId, sessionToken, expiration, $source = {} } = (await s3.config.credentials()) as Identity;
    const provider = PROVIDERS.find(([feature]) => feature in $source)?.[1];
    const from = provider === undefined ? '' : ` from ${provider}`;
    const profile = aws.profile === undefined ? '' : `, profile ${aws.profile}`;
    const role = aws.roleArn === undefined ? '' : `, role ${aws.roleArn}`;
    const isTemporary = sessionToken !== undefined && sessionToken !== '';
    const until = expiration === undefined ? '' : ` until ${expiration.toISOString().slice(0, 16)}Z`;
    const kind = isTemporary ? `temporary key${until}` : 'key';
    return ok(`${kind} that ends in ${accessKeyId.slice(-4)}${from}${profile}${role}`);
  } catch (error) {
    const { name, message } = error as Error;
    if (aws.roleArn === undefined || name === 'CredentialsProviderError') return failure(sourceError(bucket, error));
    return fail(
      `role ${aws.roleArn} cannot be assumed (${name}: ${message})`,
      'these credentials need sts:AssumeRole on it, its trust policy has to name them, and --external-id has to fit',
    );
  } finally {
    s3.destroy();
  }
}

/** A refused LIST lacks one right, whatever is to be read later. */
function listingFailure(bucket: string, error: unknown): Finding {
  const meant = sourceError(bucket, error);
  const finding = failure(meant);
  const isRights = meant.facts['status'] === 403 && finding.fix?.includes('s3:ListBucket');
  const next = 'these credentials need s3:ListBucket on the bucket (or give --role-arn); no policy may deny it';
  return isRights ? { ...finding, fix: next } : finding;
}

/** What there is instead of flow logs. */
function nothing(
  bucket: string,
  prefix: string,
  page: ListObjectsV2CommandOutput | null,
): { readonly found: string; readonly fix: string } {
  const there = (page?.CommonPrefixes ?? []).slice(0, 5).map((folder) => decodeURIComponent(folder.Prefix ?? ''));
  const instead = there.length === 0 ? '' : `; there are ${there.join(', ')}${there.length === 5 ? ', …' : ''}`;
  const looked =
    'PREFIX/AWSLogs/ACCOUNT/vpcflowlogs/REGION/YYYY/MM/DD/, the same with aws-account-id=…/year=… (Hive), and names ' +
    'with _vpcflowlogs_ in them';
  const found = `nothing to read in s3://${bucket}/${prefix}: looked for ${looked}${instead}`;
  return { found, fix: 'give the prefix before AWSLogs/' };
}

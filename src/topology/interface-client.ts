/** Network interfaces as EC2 has them now, and the account that asks. */

import {
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandOutput,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { FlowbulkError } from '../errors.ts';
import { clientConfig } from '../sources/aws.ts';
import { PatientRequests } from '../sources/patient-requests.ts';
import { isExpired, isTransient, statusOf } from '../sources/s3-errors.ts';
import type { AwsOptions } from '../sources/spec.ts';
import { type NetworkInterface, networkInterface } from './network-interface.ts';

/** The most that one page may hold: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
const PAGE_INTERFACES = 1_000;

/** What is asked for, as errors name it, and the right that it takes. */
interface Asked {
  readonly what: string;
  readonly right: string;
}

/**
 * All interfaces of one region, page by page. `--endpoint-url` is S3's alone; the SDK heeds AWS_ENDPOINT_URL_EC2
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). Throws E_SOURCE_*.
 */
export async function describeInterfaces(
  region: string,
  aws: AwsOptions,
  signal: AbortSignal,
): Promise<readonly NetworkInterface[]> {
  const client = new EC2Client(await clientConfig({ ...aws, region }));
  const requests = new PatientRequests(aws, () => client);
  const found: NetworkInterface[] = [];
  try {
    let token: string | undefined;
    do {
      const page: DescribeNetworkInterfacesCommandOutput = await requests.send(signal, (abortSignal) =>
        client.send(
          new DescribeNetworkInterfacesCommand({
            MaxResults: PAGE_INTERFACES,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          { abortSignal },
        ),
      );
      for (const described of page.NetworkInterfaces ?? []) {
        const one = networkInterface(described, region);
        if (one !== null) found.push(one);
      }
      token = page.NextToken || undefined;
    } while (token !== undefined);
    return found;
  } catch (error) {
    signal.throwIfAborted();
    throw awsError({ what: `the network interfaces of ${region}`, right: 'ec2:DescribeNetworkInterfaces' }, error);
  } finally {
    client.destroy();
  }
}

/** The account that these credentials are of. Throws E_SOURCE_*. */
export async function callerAccount(aws: AwsOptions, signal: AbortSignal): Promise<string> {
  const client = new STSClient(await clientConfig(aws));
  const requests = new PatientRequests(aws, () => client);
  try {
    const { Account: account } = await requests.send(signal, (abortSignal) =>
      client.send(new GetCallerIdentityCommand({}), { abortSignal }),
    );
    return account ?? '';
  } catch (error) {
    signal.throwIfAborted();
    throw awsError({ what: 'the account of these credentials', right: 'sts:GetCallerIdentity' }, error);
  } finally {
    client.destroy();
  }
}

/** What a failed request means. */
function awsError({ what, right }: Asked, cause: unknown): FlowbulkError {
  if (cause instanceof FlowbulkError) return cause;
  const { name = '', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const status = statusOf(cause);
  const facts = { status: status ?? 0, error: name };
  if (name === 'CredentialsProviderError') {
    const next = 'set AWS_PROFILE or --profile';
    return new FlowbulkError('E_SOURCE_DENIED', `no AWS credentials were found for ${what} (${message}): ${next}`, {
      cause,
      facts,
    });
  }
  if (isExpired(cause)) {
    return new FlowbulkError('E_SOURCE_DENIED', `the credentials for ${what} have expired: sign in again`, {
      cause,
      facts,
    });
  }
  if (isTransient(cause) || status === null) {
    const why = [code ?? name, status === null ? message : `status ${status}`].join(', ');
    const next = 'look at the network and the region, then try again';
    return new FlowbulkError('E_SOURCE_UNREACHABLE', `${what} cannot be asked for (${why}): ${next}`, { cause, facts });
  }
  const next = `these credentials need ${right} (or give --role-arn, or --interfaces FILE)`;
  return new FlowbulkError('E_SOURCE_DENIED', `${what} may not be seen (${name}: ${message}): ${next}`, {
    cause,
    facts,
  });
}

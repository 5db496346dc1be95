/** Network interfaces as EC2 has them now. */

import {
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandOutput,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { type ErrorCode, FlowbulkError } from '../errors.ts';
import { clientConfig } from '../sources/aws.ts';
import { PatientRequests } from '../sources/patient-requests.ts';
import { isExpired, isTransient, statusOf } from '../sources/s3-errors.ts';
import type { AwsOptions } from '../sources/spec.ts';
import { type NetworkInterface, networkInterface } from './network-interface.ts';

/** The most that one page may hold: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
const PAGE_INTERFACES = 1_000;

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
    throw interfacesError(region, error);
  } finally {
    client.destroy();
  }
}

/** What a failed request means. */
function interfacesError(region: string, cause: unknown): FlowbulkError {
  if (cause instanceof FlowbulkError) return cause;
  const what = `the network interfaces of ${region}`;
  const { name = '', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const status = statusOf(cause);
  const error = (kind: ErrorCode, text: string) =>
    new FlowbulkError(kind, text, { cause, facts: { status: status ?? 0, error: name } });
  if (name === 'CredentialsProviderError') {
    const next = 'set AWS_PROFILE or --profile';
    return error('E_SOURCE_DENIED', `no AWS credentials were found for ${what} (${message}): ${next}`);
  }
  if (isExpired(cause)) {
    return error('E_SOURCE_DENIED', `the credentials for ${what} have expired: sign in again`);
  }
  if (isTransient(cause) || status === null) {
    const why = [code ?? name, status === null ? message : `status ${status}`].join(', ');
    const next = 'look at the network and the region, then try again';
    return error('E_SOURCE_UNREACHABLE', `${what} cannot be asked for (${why}): ${next}`);
  }
  const next = 'these credentials need ec2:DescribeNetworkInterfaces (or give --role-arn, or --interfaces FILE)';
  return error('E_SOURCE_DENIED', `${what} may not be seen (${name}: ${message}): ${next}`);
}

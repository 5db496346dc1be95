/** The AWS account that credentials are of. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { FlowbulkError } from '../errors.ts';
import { clientConfig } from './aws.ts';
import { PatientRequests } from './patient-requests.ts';
import { isTransient } from './s3-errors.ts';
import type { AwsOptions } from './spec.ts';

/**
 * Asks STS for the account, 12 digits; nobody needs a right for that
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html). Throws E_SOURCE_*.
 */
export async function ownAccount(options: AwsOptions, signal: AbortSignal): Promise<string> {
  const client = new STSClient(await clientConfig(options));
  try {
    const requests = new PatientRequests(options, () => client);
    const { Account } = await requests.send(signal, (abortSignal) =>
      client.send(new GetCallerIdentityCommand({}), { abortSignal }),
    );
    return Account as string;
  } catch (cause) {
    signal.throwIfAborted();
    const { name = '', message = '' } = cause as Error;
    const code = isTransient(cause) ? 'E_SOURCE_UNREACHABLE' : 'E_SOURCE_DENIED';
    throw new FlowbulkError(
      code,
      `STS does not tell the account of these credentials (${name}: ${message}): look at them, or give --accounts ID`,
      { cause },
    );
  } finally {
    client.destroy();
  }
}

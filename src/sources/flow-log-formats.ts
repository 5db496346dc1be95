/** What the flow logs that write to log groups have as LogFormat: EC2 knows, CloudWatch does not. */
import { DescribeFlowLogsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { clientConfig } from './aws.ts';
import { PatientRequests } from './patient-requests.ts';
import type { AwsOptions } from './spec.ts';

/** The formats of a region's flow logs, `${field} ${field} …`, each once, by the name of the group. Failures are the SDK's. */
export async function flowLogFormats(
  aws: AwsOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const endpoint = aws.endpointUrl === undefined ? {} : { endpoint: aws.endpointUrl };
  const client = new EC2Client({ ...(await clientConfig(aws)), ...endpoint });
  const requests = new PatientRequests(aws, () => client);
  const Filter = [{ Name: 'log-destination-type', Values: ['cloud-watch-logs'] }];
  const formats = new Map<string, string[]>();
  let NextToken: string | undefined;
  try {
    do {
      const asked = NextToken === undefined ? { Filter } : { Filter, NextToken };
      const page = await requests.send(signal, (abortSignal) =>
        client.send(new DescribeFlowLogsCommand(asked), { abortSignal }),
      );
      for (const { LogGroupName, LogFormat } of page.FlowLogs ?? []) {
        if (LogGroupName === undefined || LogFormat === undefined) continue;
        const its = formats.get(LogGroupName) ?? [];
        if (!its.includes(LogFormat)) formats.set(LogGroupName, [...its, LogFormat]);
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return formats;
  } finally {
    client.destroy();
  }
}

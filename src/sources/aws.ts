/** Clients of AWS, made from what the command line says. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsOptions } from './spec.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** The SDK would tell each user on Node 20, and each thread anew, that its coming versions will not run there. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Where requests go when nothing names a region: any region answers with the bucket's own. */
const FALLBACK_REGION = 'us-east-1';

/**
 * What clients of all services have in common. They try nothing twice: the SDK's retries know neither an abort nor a
 * broken body, so both are done here (patient-requests.ts). Credentials come from AWS's standard chain
 * (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html) and are first asked for by a request.
 */
export async function clientConfig(options: AwsOptions) {
  const region = options.region ?? (await configuredRegion(options));
  return {
    region,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: 256 },
      httpsAgent: { keepAlive: true, maxSockets: 256 },
      // It would warn on the console of requests that wait for a socket.
      socketAcquisitionWarningTimeout: 600_000,
    }),
    credentials: credentials(options, region),
  };
}

/** Makes a client of S3. */
export async function s3Client(options: AwsOptions): Promise<S3Client> {
  const { credentials, ...common } = await clientConfig(options);
  const config: S3ClientConfig = {
    ...common,
    followRegionRedirects: options.endpointUrl === undefined,
    // Otherwise each body passes through a CRC in JavaScript, at twice the time. Lengths are compared, gzip has its own CRC.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
    ...(options.pathStyle === undefined ? {} : { forcePathStyle: options.pathStyle }),
    ...(options.noSignRequest ? unsigned() : { credentials }),
  };
  return new S3Client(config);
}

/** The region of the environment or the profile. */
async function configuredRegion({ profile }: AwsOptions): Promise<string> {
  const client = new S3Client(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    return FALLBACK_REGION;
  } finally {
    client.destroy();
  }
}

function credentials({ profile, roleArn, externalId }: AwsOptions, region: string) {
  const chain = fromNodeProviderChain({ ...(profile === undefined ? {} : { profile }), clientConfig: { region } });
  if (roleArn === undefined) {
    return chain;
  }
  return fromTemporaryCredentials({
    masterCredentials: chain,
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'flowbulk',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: { region },
  });
}

function unsigned(): Pick<S3ClientConfig, 'credentials' | 'signer'> {
  return {
    credentials: { accessKeyId: '', secretAccessKey: '' },
    signer: { sign: async (request) => request },
  };
}

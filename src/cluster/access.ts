/** Credentials and TLS for a cluster: from options and variables to plain data that crosses threads. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { FlowbulkError } from '../errors.ts';

/** What every request to a cluster needs; plain data. Holds secrets: never print it. */
export interface ClusterAccess {
  /** Value of the Authorization header. */
  readonly authorization: string | null;
  readonly sigv4: { readonly service: 'es' | 'aoss'; readonly region: string; readonly profile: string | null } | null;
  /** Certificates to trust besides Node's own, PEM. */
  readonly ca: string | null;
  /** Client certificate and its key, PEM. */
  readonly cert: string | null;
  readonly key: string | null;
  readonly insecure: boolean;
  readonly requestTimeoutMs: number;
}

/** What the command line says about it; `ca`, `cert`, `key` and the `…File`s are paths. */
export interface AccessAsked {
  readonly apiKeyFile?: string | undefined;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly insecure: boolean;
  readonly awsSigv4?: 'es' | 'aoss' | undefined;
  readonly awsRegion?: string | undefined;
  readonly profile?: string | undefined;
  readonly requestTimeoutMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Gathers credentials from files and from FLOWBULK_API_KEY and FLOWBULK_PASSWORD (a file counts before its variable),
 * and reads the PEM files. Throws E_USAGE for kinds of credentials that exclude one another, for what is missing, and
 * for files that cannot be read or do not hold what they should.
 */
export function clusterAccess(asked: AccessAsked, hosts: readonly string[], env: Env): ClusterAccess {
  const apiKey = fileOrVariable('--api-key-file', asked.apiKeyFile, env['FLOWBULK_API_KEY']);
  const password = fileOrVariable('--password-file', asked.passwordFile, env['FLOWBULK_PASSWORD']);
  const kinds = [
    ...(apiKey === null ? [] : [`an API key (${apiKey.origin})`]),
    ...(asked.user === undefined ? [] : [`a user (--user ${asked.user})`]),
    ...(asked.awsSigv4 === undefined ? [] : [`signatures (--aws-sigv4 ${asked.awsSigv4})`]),
  ];
  if (kinds.length > 1) {
    throw usage(`one kind of credentials at a time, not ${kinds.join(' and ')}`);
  }
  if (password !== null && asked.user === undefined) {
    throw usage(`${password.origin} needs --user`);
  }
  return {
    authorization: apiKey !== null ? apiKeyHeader(apiKey) : basicHeader(asked.user, password),
    sigv4: asked.awsSigv4 === undefined ? null : sigv4Scope(asked.awsSigv4, asked, hosts, env),
    ...tlsFiles(asked),
    insecure: asked.insecure,
    requestTimeoutMs: asked.requestTimeoutMs,
  };
}

/** The secret of `--api-key-file`, else of FLOWBULK_API_KEY; null where there is neither. Throws E_USAGE. */
export function apiKeyOf(file: string | undefined, env: Env): string | null {
  return fileOrVariable('--api-key-file', file, env['FLOWBULK_API_KEY'])?.value ?? null;
}

/** What the user should be warned of before anything is sent; each a sentence without a full stop. */
export function accessWarnings(access: ClusterAccess, hosts: readonly string[]): readonly string[] {
  const plain = hosts.filter((host) => host.startsWith('http:'));
  const overheard = plain.filter((host) => !isLoopback(new URL(host).hostname));
  const warnings: string[] = [];
  if ((access.authorization !== null || access.sigv4 !== null) && overheard.length > 0) {
    warnings.push(`credentials go unencrypted to ${overheard.join(', ')}, where others may read them: use https`);
  }
  if (plain.length < hosts.length) {
    if (access.insecure) {
      warnings.push('--insecure: the certificate of the cluster is not verified, anyone on the way may pose as it');
    }
  } else if (access.insecure || access.ca !== null || access.cert !== null) {
    warnings.push('--ca, --cert, --key and --insecure do nothing for http: is https meant?');
  }
  return warnings;
}

/** A secret and the option or variable it came from. */
interface Secret {
  readonly value: string;
  readonly origin: string;
}

function fileOrVariable(option: string, file: string | undefined, variable: string | undefined): Secret | null {
  if (file !== undefined) {
    return { value: readWhole(option, file).trim(), origin: option };
  }
  // FLOWBULK_API_KEY beside --api-key-file, FLOWBULK_PASSWORD beside --password-file.
  const name = `FLOWBULK_${option.slice(2, -'-file'.length).replace('-', '_').toUpperCase()}`;
  return variable === undefined || variable.trim() === '' ? null : { value: variable.trim(), origin: name };
}

function readWhole(option: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw usage(`${option}: "${file}" cannot be read (${code}): look at its name and rights`);
  }
  if (text.trim() === '') {
    throw usage(`${option}: "${file}" is empty`);
  }
  return text;
}

/** https://www.elastic.co/docs/api/doc/elasticsearch/authentication: `ApiKey`, then base64 of `id:api_key`. */
function apiKeyHeader({ value, origin }: Secret): string {
  const key = value.replace(/^ApiKey\s+/i, '');
  if (/^[^:\s{}"]+:[^:\s{}"]+$/.test(key)) {
    return `ApiKey ${Buffer.from(key).toString('base64')}`;
  }
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(key)) {
    throw usage(`${origin} holds no API key: give its base64 form ("encoded") or id:key, and nothing else`);
  }
  return `ApiKey ${key}`;
}

function basicHeader(user: string | undefined, password: Secret | null): string | null {
  if (user === undefined) {
    return null;
  }
  if (password === null) {
    throw usage(`--user ${user} needs a password: give --password-file FILE or FLOWBULK_PASSWORD`);
  }
  // RFC 7617: the first colon ends the name.
  if (user.includes(':')) {
    throw usage('--user takes a name without a colon: the password goes into --password-file or FLOWBULK_PASSWORD');
  }
  return `Basic ${Buffer.from(`${user}:${password.value}`).toString('base64')}`;
}

/** Amazon's own names, as `search-x-abc.eu-west-1.es.amazonaws.com`, `abc.eu-west-1.aoss.amazonaws.com[.cn]`. */
const AMAZON_HOST = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(es|aoss)\.amazonaws\.com(?:\.cn)?$/;

function sigv4Scope(
  service: 'es' | 'aoss',
  asked: AccessAsked,
  hosts: readonly string[],
  env: Env,
): ClusterAccess['sigv4'] {
  let told: string | undefined;
  for (const host of hosts) {
    const { hostname } = new URL(host);
    const [, region, hostService] = AMAZON_HOST.exec(hostname) ?? [];
    if (hostService !== undefined && hostService !== service) {
      throw usage(`--aws-sigv4 ${service} does not fit ${hostname}: give --aws-sigv4 ${hostService}`);
    }
    told ??= region;
  }
  // The name before --aws-region, which is the bucket's too: a signature for another region than the host's is void.
  const region = told ?? asked.awsRegion ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  if (region === undefined) {
    throw usage('--aws-sigv4 needs the region of the cluster, which its name does not tell: give --aws-region');
  }
  return { service, region, profile: asked.profile ?? null };
}

function tlsFiles(asked: AccessAsked): Pick<ClusterAccess, 'ca' | 'cert' | 'key'> {
  if ((asked.cert === undefined) !== (asked.key === undefined)) {
    throw usage(asked.cert === undefined ? '--key needs --cert' : '--cert needs --key');
  }
  const ca = asked.ca === undefined ? null : readWhole('--ca', asked.ca);
  if (ca !== null && !holdsCertificates(ca)) {
    throw usage(
      `--ca: "${asked.ca}" holds no certificate that can be read: it has to be PEM (-----BEGIN CERTIFICATE-----)`,
    );
  }
  if (asked.cert === undefined || asked.key === undefined) {
    return { ca, cert: null, key: null };
  }
  const cert = readWhole('--cert', asked.cert);
  const key = readWhole('--key', asked.key);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    const next = 'both have to be PEM, belong together, and the key be without a passphrase';
    throw usage(`--cert "${asked.cert}" and --key "${asked.key}" cannot be used (${code}): ${next}`);
  }
  return { ca, cert, key };
}

/** OpenSSL takes a file without any certificate without a word, and trusts nobody then. */
function holdsCertificates(pem: string): boolean {
  const blocks =
    pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function usage(message: string): FlowbulkError {
  return new FlowbulkError('E_USAGE', message);
}

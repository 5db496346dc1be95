/** What a cluster is: what it says itself, or what the command line says where it does not tell. */
import { FlowbulkError } from '../errors.ts';
import { type ApiAnswer, type ClusterApi, refusalOf } from './api.ts';

/** A kind of cluster. */
export interface Cluster {
  readonly product: 'elasticsearch' | 'opensearch';
  /** Such as `9.4.3`; null where it is not told, or means nothing. */
  readonly version: string | null;
  readonly isServerless: boolean;
  /** Amazon's: managed 'es', serverless 'aoss'; null where it is not. */
  readonly amazon: 'es' | 'aoss' | null;
}

/** `--flavour` and `--aws-sigv4`. */
export interface FlavourAsked {
  readonly flavour?: 'elasticsearch' | 'serverless' | 'opensearch' | undefined;
  readonly sigv4?: 'es' | 'aoss' | undefined;
}

/** The first versions whose data streams, bulk answers and templates are the ones relied on. */
const OLDEST = { elasticsearch: 8, opensearch: 2 } as const;

const NAMES = { elasticsearch: 'Elasticsearch', opensearch: 'OpenSearch' } as const;

/** Amazon's 403 for credentials that are wrong or old, other than the one for rights that are missing. */
const WRONG_SIGNATURE = /signature|security token|credential should/i;

/** As much of the answer to `GET /` as is looked at. */
interface Root {
  readonly tagline?: unknown;
  readonly version?: { readonly number?: unknown; readonly distribution?: unknown; readonly build_flavor?: unknown };
}

/**
 * Asks the cluster what it is, by `GET /`. A key that may only write gets a 403 there: then what its headers tell,
 * --flavour and --aws-sigv4 count, in this order. Elasticsearch names itself on no refusal, but does where anybody may
 * ask who he is (`GET /_security/_authenticate`); OpenSearch 3 does on all answers. Amazon OpenSearch Serverless has no
 * `GET /` and is not asked. Throws E_CLUSTER_DENIED for wrong credentials, E_CLUSTER_REFUSED for versions that are too old, for a
 * --flavour that the cluster contradicts and where nothing tells, and as `ClusterApi.call` does.
 */
export async function discoverCluster(api: ClusterApi, asked: FlavourAsked, signal: AbortSignal): Promise<Cluster> {
  if (asked.sigv4 === 'aoss') {
    return { product: 'opensearch', version: null, isServerless: true, amazon: 'aoss' };
  }
  const doing = 'GET /';
  const answer = await api.call('GET', '/', undefined, signal);
  const isUnknown = answer.status === 401 || (answer.status === 403 && WRONG_SIGNATURE.test(answer.text));
  if (isUnknown || answer.status === 429 || answer.status >= 500) {
    throw refusalOf(answer, doing);
  }
  const isNamed = isElastic(answer.headers) || isOpenSearchThree(answer.headers);
  const isSilent = answer.status === 403 && !isNamed && asked.flavour === undefined && asked.sigv4 === undefined;
  const named = isSilent ? await api.call('GET', '/_security/_authenticate', undefined, signal) : answer;
  const cluster = (answer.status === 200 ? told(answer, asked) : null) ?? untold(named, asked);
  if (cluster === null) {
    const { message, facts } = refusalOf(answer, doing);
    throw refused(
      `${answer.status === 200 ? "the answer to GET / is no cluster's" : message}; nothing tells what it is: give --flavour`,
      facts,
    );
  }
  return cluster;
}

/** A cluster in words, for the header of a run. */
export function describeCluster(cluster: Cluster): string {
  const { product, version, isServerless, amazon } = cluster;
  const name = `${amazon === null ? '' : 'Amazon '}${NAMES[product]}`;
  if (isServerless) {
    return `${name} Serverless`;
  }
  return version === null ? `${name} (version not told)` : `${name} ${version}`;
}

/** The cluster by its own words; null where these are not a cluster's. */
function told({ json, headers }: ApiAnswer, asked: FlavourAsked): Cluster | null {
  const { version, tagline } = (json ?? {}) as Root;
  const number = typeof version?.number === 'string' ? version.number : null;
  const isOpenSearch = version?.distribution === 'opensearch' || /OpenSearch/.test(String(tagline));
  if (!isOpenSearch && number === null && !isElastic(headers)) {
    return null;
  }
  const product = isOpenSearch ? 'opensearch' : 'elasticsearch';
  const isServerless = version?.build_flavor === 'serverless';
  const wanted = asked.flavour === 'serverless' ? 'elasticsearch' : asked.flavour;
  const isOther = wanted !== undefined && wanted !== product;
  if (isOther || (asked.flavour === 'serverless' && version?.build_flavor !== undefined && !isServerless)) {
    const itself = describeCluster({ product, version: number, isServerless, amazon: null });
    throw refused(`the cluster says that it is ${itself}, not --flavour ${asked.flavour}: leave that out`, {});
  }
  // In compatibility mode OpenSearch gives itself out for 7.10.2; Serverless gives any number.
  const isPretence = isServerless || (isOpenSearch && number === '7.10.2');
  checkAge(product, isPretence ? null : number);
  return {
    product,
    version: isPretence ? null : number,
    isServerless: isServerless || asked.flavour === 'serverless',
    amazon: amazonOf(product, asked),
  };
}

/** The cluster by its header and the command line; null where nothing tells. */
function untold({ headers }: ApiAnswer, asked: FlavourAsked): Cluster | null {
  const isNamed = isElastic(headers) || isOpenSearchThree(headers);
  if (!isNamed && asked.flavour === undefined && asked.sigv4 === undefined) {
    return null;
  }
  const isOpenSearch =
    isOpenSearchThree(headers) || (!isElastic(headers) && (asked.flavour ?? 'opensearch') === 'opensearch');
  const product = isOpenSearch ? 'opensearch' : 'elasticsearch';
  return {
    product,
    version: null,
    isServerless: asked.flavour === 'serverless',
    amazon: amazonOf(product, asked),
  };
}

function amazonOf(product: Cluster['product'], { sigv4 }: FlavourAsked): Cluster['amazon'] {
  return product === 'opensearch' ? (sigv4 ?? null) : null;
}

/** Elasticsearch 7.14 and later says so in answers, but not in 401, 403 and 413. */
function isElastic(headers: ApiAnswer['headers']): boolean {
  return headers['x-elastic-product'] === 'Elasticsearch';
}

/** `x-opensearch-version: OpenSearch/3.8.0 (opensearch)`, in all answers from OpenSearch 3 on. */
function isOpenSearchThree(headers: ApiAnswer['headers']): boolean {
  return headers['x-opensearch-version']?.startsWith('OpenSearch/') ?? false;
}

function checkAge(product: Cluster['product'], version: string | null): void {
  const major = version === null ? Number.NaN : Number.parseInt(version, 10);
  if (major < OLDEST[product]) {
    throw refused(
      `the cluster is ${NAMES[product]} ${version}: ${NAMES[product]} ${OLDEST[product]} or later is needed`,
      {
        version: version as string,
      },
    );
  }
}

function refused(message: string, facts: FlowbulkError['facts']): FlowbulkError {
  return new FlowbulkError('E_CLUSTER_REFUSED', message, { facts });
}

/**
 * The bulk helpers of the vendors' own clients, with the same documents. They get texts that need no serializing and
 * ids that are made already: the best case for them.
 */

/** What a helper is to store, and where. */
export interface HelperWork {
  /** Such as `http://127.0.0.1:9200`. */
  readonly url: string;
  /** The data stream or index. */
  readonly name: string;
  /** Documents as JSON, and the `_id` of each. */
  readonly documents: readonly string[];
  readonly ids: readonly string[];
}

/** What a helper took. */
export interface HelperRun {
  readonly client: string;
  readonly wallMs: number;
  readonly created: number;
  readonly failed: number;
}

/** The clients' default, and near theirs of five at a time. */
const FLUSH_BYTES = 5_000_000;
const CONCURRENCY = 4;

/** As much of a helper as is used; both clients have it alike. */
interface BulkClient {
  readonly helpers: {
    bulk(options: object): PromiseLike<{ readonly successful: number; readonly failed: number }>;
  };
  close(): Promise<unknown>;
}

interface BulkClientModule {
  readonly Client: new (options: object) => BulkClient;
}

/** Each goes only to its own product: Elastic's refuses others. */
const PACKAGES = {
  elasticsearch: { name: '@elastic/elasticsearch', load: () => import('@elastic/elasticsearch') },
  opensearch: { name: '@opensearch-project/opensearch', load: () => import('@opensearch-project/opensearch') },
} as const;

type Product = keyof typeof PACKAGES;

/** Said where a client is left out. */
export function noHelper(product: Product): string {
  const { name } = PACKAGES[product];
  return `${name}: not compared, the package is not installed (npm install ${name})`;
}

/** Stores documents by the helper of a product's client; null where the client is not installed. */
export async function runHelper(product: Product, work: HelperWork): Promise<HelperRun | null> {
  const load = await clientOf(product);
  if (load === null) return null;
  const { url, name, documents, ids } = work;
  const client = new load.Client({ node: url });
  try {
    let next = 0;
    const began = performance.now();
    const { successful, failed } = await client.helpers.bulk({
      datasource: documents,
      // Documents come in their order.
      onDocument: () => ({ create: { _index: name, _id: ids[next++] } }),
      flushBytes: FLUSH_BYTES,
      concurrency: CONCURRENCY,
    });
    return { client: PACKAGES[product].name, wallMs: performance.now() - began, created: successful, failed };
  } finally {
    await client.close();
  }
}

/** The package, which is there for development only. */
async function clientOf(product: Product): Promise<BulkClientModule | null> {
  try {
    return (await PACKAGES[product].load()) as unknown as BulkClientModule;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
